// What the page holds, and tables, which can be taken along.
const data = JSON.parse(document.getElementById('data').textContent);
const panels = data.x_panels || [];
const context = (data.context || {}).contend || {};

const byId = (id) => document.getElementById(id);
const unique = (values) => [...new Set(values)];
const element = (tag, text, className) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
};
// Rows of cells; a cell is a text, a number, or {text, className}.
function table(heads, rows) {
  const node = element('table');
  const headRow = node.createTHead().insertRow();
  heads.forEach((head, i) => headRow.append(element('th', head, rows.some((row) => typeof row[i] === 'number') ? 'number' : '')));
  const body = node.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const cell of row) {
      if (typeof cell === 'number') line.append(element('td', cell.toLocaleString('en', {maximumFractionDigits: 3}), 'number'));
      else if (cell instanceof Node) { const place = element('td'); place.append(cell); line.append(place); }
      else if (cell && typeof cell === 'object') { const place = element('td', cell.text, cell.className); Object.assign(place.style, cell.style); line.append(place); }
      else line.append(element('td', cell));
    }
  }
  return node;
}

// A table can be taken along: as text for a README, or for a spreadsheet.
const cellsOf = (row) => [...row.cells].map((cell) => cell.textContent.trim());
const asMarkdown = (rows) => rows.map((row, i) => '| ' + row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ') + ' |' + (i === 0 ? '\n|' + '---|'.repeat(row.length) : '')).join('\n') + '\n';
const asCsv = (rows) => rows.map((row) => row.map((cell) => '"' + cell.replaceAll('"', '""') + '"').join(',')).join('\n') + '\n';
function copy(text, button) {
  const done = () => { const said = button.textContent; button.textContent = 'copied'; setTimeout(() => { button.textContent = said; }, 1500); };
  const place = element('textarea', text);
  document.body.append(place);
  place.select();
  document.execCommand('copy');
  place.remove();
  done();
}
function show(id, node) {
  byId(id).replaceChildren(node);
  if (!(node instanceof HTMLTableElement) || node.rows.length < 2) return;
  const bar = element('div', undefined, 'copies');
  for (const [name, format] of [['copy as Markdown', asMarkdown], ['as CSV', asCsv]]) {
    const button = element('button', name);
    button.type = 'button';
    button.addEventListener('click', () => copy(format([...node.rows].map(cellsOf)), button));
    bar.append(button);
  }
  byId(id).append(bar);
}
// 0 stands for too few samples.
const nanoseconds = (value) => value > 0 ? Math.round(value) : '-';
const short = (ns) => ns > 0 ? (ns < 9999.5 ? Math.round(ns) + ' ns' : ns < 999500 ? Math.round(ns / 1e3) + ' µs' : ns < 999500000 ? (ns / 1e6).toPrecision(3) + ' ms' : (ns / 1e9).toPrecision(3) + ' s') : '-';
// Speeds are told in the unit of their system; older files know only millions of operations.
const scaleOf = (panel) => (panel && panel.unit_scale) || 1e6;
const unitOf = (panel) => (panel && panel.speed_unit) || 'Mops/s';
