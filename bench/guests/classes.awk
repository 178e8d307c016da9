# The classes that a C++ file defines outside of functions and other classes, one a line: its qualified name, how many template
# arguments it needs ("-": none; "?": some that are no types), what it derives from, and the names of what it calls or declares with a parenthesis.
# Knows comments, texts, namespaces and braces, and no more of the language. For any awk.

function is_space_of_names(   i) { for (i = 1; i <= depth; ++i) if (kind[i] != "namespace") return 0; return 1 }

function qualified(name,   i, all) {
  for (i = 1; i <= depth; ++i) if (space[i] != "") all = all space[i] "::"
  return all name
}

# Reads "template < ... >" at the beginning of the statement: sets arguments, answers where it ends.
function skip_template(   i, level, has_default, is_type, any) {
  arguments = "-"
  if (word[1] != "template") return 1
  arguments = 0
  for (i = 2; i <= words; ++i) {
    if (word[i] == "<") ++level
    if (level == 1 && (word[i] == "class" || word[i] == "typename")) is_type = 1
    if (level == 1 && word[i] == "=") has_default = 1
    if (word[i] != "<" && word[i] != ">") any = 1
    if (level == 1 && (word[i] == "," || word[i] == ">")) {
      if (any && !has_default) arguments = arguments == "?" || !is_type ? "?" : arguments + 1
      has_default = is_type = any = 0
    }
    if (word[i] == ">" && --level == 0) break
  }
  return i + 1
}

# A brace opens: what is it of?
function open_brace(   i, name, outside) {
  i = skip_template()
  outside = is_space_of_names()
  ++depth
  kind[depth] = "other"
  space[depth] = found[depth] = ""
  if (word[1] == "inline" && word[2] == "namespace") { word[1] = "namespace"; word[2] = "" }
  if (word[1] == "namespace") {
    kind[depth] = "namespace"
    for (i = 2; i <= words; ++i) space[depth] = space[depth] word[i]
    return
  }
  if (!outside || (word[i] != "class" && word[i] != "struct")) return
  for (++i; i <= words && word[i] != ":" && word[i] != "final"; ++i) {
    if (word[i] == "<" || word[i] == "::") return
    if (word[i] ~ /^[A-Za-z_]/) name = word[i]
  }
  if (name == "") return
  found[depth] = qualified(name) "\t" arguments "\t"
  for (; i <= words; ++i) found[depth] = found[depth] " " word[i]
  calls[depth] = ""
}

function close_brace() {
  if (depth > 0) {
    if (found[depth] != "") print found[depth] "\t" calls[depth]
    --depth
  }
}

{
  if (in_comment) {
    if (!match($0, /\*\//)) next
    $0 = substr($0, RSTART + 2)
    in_comment = 0
  }
  if ($0 ~ /^[ \t]*#/) next
  gsub(/\\./, "")
  gsub(/"[^"]*"/, "\"\"")
  gsub(/'[^']*'/, "")
  gsub(/\/\*[^*]*\*\//, " ")
  sub(/\/\/.*/, "")
  if (match($0, /\/\*/)) { $0 = substr($0, 1, RSTART - 1); in_comment = 1 }
  rest = $0
  while (match(rest, /[A-Za-z_][A-Za-z0-9_]*|::|[^ \tA-Za-z0-9_]/)) {
    token = substr(rest, RSTART, RLENGTH)
    rest = substr(rest, RSTART + RLENGTH)
    if (token == "(" && depth > 0 && found[depth] != "") calls[depth] = calls[depth] " " last
    last = token
    if (token == "{") { open_brace(); words = 0; split("", word) }
    else if (token == "}") { close_brace(); words = 0; split("", word) }
    else if (token == ";" || (token == ":" && (word[words] ~ /^(public|private|protected)$/))) { words = 0; split("", word) }
    else word[++words] = token
  }
}
