// What the page holds, and tables, which can be taken along.
const data = JSON.parse(document.getElementById('data').textContent);
const panels = data.x_panels || [];
const named = (values) => Object.fromEntries(data.x_columns.map((name, i) => [name, values[i]]).filter(([, value]) => value !== null));
for (const panel of panels) panel.rows = panel.rows.map(named);
const context = (data.context || {}).contend || {};
// The file that somebody brought bears a star, wherever it is drawn.
const star = '★ ';
const brought = new Set((data.x_implementations || []).filter((item) => item.contract.technique === 'guest').map((item) => item.name));
// What somebody would write or install instead of a design is called so.
const peers = Object.fromEntries((data.x_implementations || []).filter((item) => item.peer).map((item) => [item.system + '/' + item.name, ' (' + item.peer + ')']));
const marked = (system, name) => brought.has(name) ? star + name : name + (peers[system + '/' + name] || '');
const plain = (name) => name.replace(star, '').replace(/ \((hand-written|library)\)$/, '');
for (const part of [...panels, ...(data.x_fairness || [])]) for (const row of part.rows) row.implementation = marked(part.system, row.implementation);
for (const item of data.x_implementations || []) item.name = marked(item.system, item.name);

const byId = (id) => document.getElementById(id);
const unique = (values) => [...new Set(values)];
const element = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};
const digits = (value) => value.toLocaleString('en', {maximumFractionDigits: Math.abs(value) < 1 ? 3 : Math.abs(value) < 100 ? 2 : 0});
function cellOf(cell) {
  if (typeof cell === 'number') return element('td', digits(cell), 'number');
  if (cell instanceof Node) { const place = element('td'); place.append(cell); return place; }
  if (!cell || typeof cell !== 'object') return element('td', cell);
  const place = element('td', cell.text, cell.className);
  Object.assign(place.style, cell.style);
  return place;
}
// Rows of cells; a cell is a text, a number, a node, or {text, className, style}. The first of a row names it.
function table(caption, heads, rows) {
  const node = element('table');
  node.append(element('caption', caption));
  const headRow = node.createTHead().insertRow();
  heads.forEach((head, i) => {
    const place = element('th', head, rows.some((row) => typeof row[i] === 'number') ? 'number' : '');
    place.scope = 'col';
    headRow.append(place);
  });
  const body = node.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    const name = element('th', row[0]);
    name.scope = 'row';
    line.append(name, ...row.slice(1).map(cellOf));
    heads.forEach((head, i) => { line.cells[i].dataset.column = head; });
  }
  return node;
}
// As text for a README, or for a spreadsheet.
const cellsOf = (row) => [...row.cells].map((cell) => cell.innerText.trim().replaceAll(/\s*\n\s*/g, ': '));
const asMarkdown = (rows) => rows.map((row, i) => '| ' + row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ') + ' |' + (i === 0 ? '\n|' + '---|'.repeat(row.length) : '')).join('\n') + '\n';
const asCsv = (rows) => rows.map((row) => row.map((cell) => '"' + cell.replaceAll('"', '""') + '"').join(',')).join('\n') + '\n';
function copy(text, button) {
  const place = element('textarea', text);
  document.body.append(place);
  place.select();
  document.execCommand('copy');
  place.remove();
  const said = button.textContent;
  button.textContent = 'copied';
  button.focus();
  setTimeout(() => { button.textContent = said; }, 1500);
}
function copyButton(name, text) {
  const button = element('button', name);
  button.type = 'button';
  button.addEventListener('click', () => copy(text(), button));
  return button;
}
// Ways to take a table along stand below it. One that is wider than the screen scrolls by keys, too.
function takeAlong(place) {
  const node = place.querySelector('table');
  if (!node || node.rows.length < 2) return;
  place.tabIndex = 0;
  place.setAttribute('role', 'region');
  place.setAttribute('aria-label', node.caption.textContent);
  const bar = element('div', undefined, 'copies');
  bar.append(copyButton('copy as Markdown', () => asMarkdown([...node.rows].map(cellsOf))), copyButton('as CSV', () => asCsv([...node.rows].map(cellsOf))));
  place.append(bar);
}
// On a narrow screen the rows of what is shown as cards become cards.
function show(id, node, className = '') {
  node.className = className;
  byId(id).replaceChildren(node);
  takeAlong(byId(id));
}
// 0 stands for too few samples.
const nanoseconds = (value) => value > 0 ? Math.round(value) : '-';
const short = (ns) => ns > 0 ? (ns < 9999.5 ? Math.round(ns) + ' ns' : ns < 999500 ? Math.round(ns / 1e3) + ' µs' : ns < 999500000 ? (ns / 1e6).toPrecision(3) + ' ms' : (ns / 1e9).toPrecision(3) + ' s') : '-';
// Speeds are told in the unit of their system; older files know only millions of operations.
const scaleOf = (panel) => (panel && panel.unit_scale) || 1e6;
const unitOf = (panel) => (panel && panel.speed_unit) || 'Mops/s';
const speedOf = (panel, row) => row.ops_per_s / scaleOf(panel);
