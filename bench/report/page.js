'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const panels = data.x_panels || [];
const context = (data.context || {}).contend || {};
const dark = matchMedia('(prefers-color-scheme: dark)').matches;
// Okabe and Ito's palette, which colour-blind readers can tell apart; markers differ too.
const colours = ['#E69F00', '#56B4E9', '#009E73', '#0072B2', '#D55E00', '#CC79A7', '#999999', '#B8A900', '#7A5195', '#2F4B7C'];
const markers = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross', 'crossRot', 'rectRounded', 'dash', 'line'];
Chart.defaults.color = dark ? '#e6e9ed' : '#1b1f24';
Chart.defaults.borderColor = dark ? '#343b44' : '#d5dae0';
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

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
      else if (cell && typeof cell === 'object') line.append(element('td', cell.text, cell.className));
      else line.append(element('td', cell));
    }
  }
  return node;
}
function show(id, node) { byId(id).replaceChildren(node); }
// 0 stands for too few samples.
const nanoseconds = (value) => value > 0 ? Math.round(value) : '-';
const million = (value) => value / 1e6;
const colourOf = (names, name) => colours[names.indexOf(name) % colours.length];
const chosen = {system: null, workload: null, threads: null};
const charts = {};
function draw(id, config) {
  if (charts[id]) charts[id].destroy();
  charts[id] = new Chart(byId(id), config);
}

// Whiskers for intervals, which Chart.js does not have.
const whiskers = {
  id: 'whiskers',
  afterDatasetsDraw(chart) {
    const intervals = chart.options.plugins.whiskers.intervals || [];
    const pen = chart.ctx;
    pen.save();
    pen.strokeStyle = Chart.defaults.color;
    pen.lineWidth = 1.5;
    intervals.forEach((interval, i) => {
      if (!interval) return;
      const y = chart.scales.y.getPixelForValue(i);
      const [low, high] = interval.map((value) => chart.scales.x.getPixelForValue(value));
      pen.beginPath();
      pen.moveTo(low, y); pen.lineTo(high, y);
      pen.moveTo(low, y - 5); pen.lineTo(low, y + 5);
      pen.moveTo(high, y - 5); pen.lineTo(high, y + 5);
      pen.stroke();
    });
    pen.restore();
  },
};

function drawSpeed(panel, names) {
  const rows = panel.rows;
  draw('speed', {
    type: 'bar',
    data: {labels: rows.map((row) => row.implementation), datasets: [{data: rows.map((row) => million(row.ops_per_s)), backgroundColor: rows.map((row) => colourOf(names, row.implementation) + 'bb')}]},
    options: {indexAxis: 'y', scales: {x: {beginAtZero: true, title: {display: true, text: 'million operations per second (noop ' + million(panel.noop_per_s).toFixed(0) + ')'}}}, plugins: {legend: {display: false}, whiskers: {intervals: rows.map((row) => row.low === undefined ? null : [million(row.low), million(row.high)])}}},
    plugins: [whiskers],
  });
  const interval = (low, high, digits) => low === undefined ? 'no interval' : '[' + low.toFixed(digits) + ', ' + high.toFixed(digits) + ']';
  show('speed-table', table(['design', 'Mops/s', '95 %', 'ratio to reference', '95 %', 'verdict', 'p50 ns', 'p99 ns', 'p99.9 ns', 'least share', 'bytes per entry'],
    rows.map((row) => [row.implementation, million(row.ops_per_s), row.low === undefined ? 'no interval' : interval(million(row.low), million(row.high), 3), row.ratio_to_reference, interval(row.ratio_low, row.ratio_high, 2), row.verdict, nanoseconds(row.p50_ns), nanoseconds(row.p99_ns), nanoseconds(row.p999_ns), row.fair_share, Math.round(row.bytes_per_entry)])));
}

function drawScaling(same, names) {
  const counts = same.map((panel) => panel.threads).sort((a, b) => a - b);
  const labels = counts.map((count) => count + (count > (context.cores || count) ? ' (oversubscribed)' : ''));
  const datasets = names.filter((name) => name !== 'reference (again)').map((name, i) => ({
    label: name, borderColor: colourOf(names, name), backgroundColor: colourOf(names, name), pointStyle: markers[i % markers.length], pointRadius: 6,
    data: counts.map((count) => { const row = same.find((panel) => panel.threads === count).rows.find((item) => item.implementation === name); return row ? million(row.ops_per_s) : null; }),
  }));
  draw('scaling', {type: 'line', data: {labels, datasets}, options: {scales: {y: {beginAtZero: true, title: {display: true, text: 'million operations per second'}}, x: {title: {display: true, text: 'threads'}}}, plugins: {legend: {labels: {usePointStyle: true}}}}});
}

const signs = {win: '▲ win', loss: '▼ loss', tie: '= tie', undecided: '? undecided'};
function drawMatrix(system, names) {
  const mine = panels.filter((panel) => panel.system === system);
  const rows = names.filter((name) => !name.startsWith('reference')).map((name) => [name, ...mine.map((panel) => {
    const row = panel.rows.find((item) => item.implementation === name);
    return row ? {text: signs[row.verdict] + ' ' + row.ratio_to_reference.toFixed(2) + '×', className: row.verdict} : 'not measured';
  })]);
  show('matrix', table(['design', ...mine.map((panel) => panel.workload + ', ' + panel.threads + ' thr.')], rows));
}

function drawFairness(system, names) {
  const part = (data.x_fairness || []).find((item) => item.system === system);
  byId('fairness').parentNode.hidden = !part;
  if (!part) { show('fairness-table', element('p', 'Not measured in this run.')); return; }
  const colour = (name) => name === 'noop' ? '#888888' : colourOf(names, name);
  draw('fairness', {type: 'line', data: {labels: part.rows[0].jain.map((point) => point[0] + ' ms'), datasets: part.rows.map((row, i) => ({label: row.implementation, data: row.jain.map((point) => point[1]), borderColor: colour(row.implementation), backgroundColor: colour(row.implementation), borderDash: row.implementation === 'noop' ? [6, 4] : [], pointStyle: markers[i % markers.length], pointRadius: 5}))}, options: {scales: {y: {max: 1, suggestedMin: 0.9, title: {display: true, text: "Jain's index"}}, x: {title: {display: true, text: 'window'}}}, plugins: {legend: {labels: {usePointStyle: true}}}}});
  show('fairness-table', table(['design', 'least share', 'longest wait (operations of others during one of mine)'], part.rows.map((row) => [row.implementation, row.min_share, row.longest_wait_ops])));
}

function drawAborts(system) {
  const rows = [];
  for (const panel of panels.filter((item) => item.system === system)) {
    for (const row of panel.rows) if (row.aborts_per_attempt > 0) rows.push([row.implementation, panel.workload, panel.threads, row.aborts_per_attempt, million(row.ops_per_s), nanoseconds(row.p999_ns)]);
  }
  show('aborts', rows.length ? table(['design', 'workload', 'threads', 'aborts per attempt', 'Mops/s', 'p99.9 ns'], rows) : element('p', 'No design of this system gave an attempt up.'));
}

function drawContracts(system) {
  const mine = (data.x_implementations || []).filter((item) => item.system === system);
  const fields = ['technique', 'summary', 'shared_state', 'protected_by', 'claim_point', 'ordering', 'progress', 'shutdown', 'failure', 'complexity', 'memory', 'source'];
  show('contracts', table(['', ...mine.map((item) => item.name)], fields.map((field) => [field.replaceAll('_', ' '), ...mine.map((item) => item.contract[field])])));
}

function drawTrust() {
  const trials = data.x_trials || [];
  const again = panels.map((panel) => panel.rows.find((row) => row.implementation === 'reference (again)')).filter(Boolean).map((row) => Math.abs(row.ratio_to_reference - 1) * 100).sort((a, b) => a - b);
  const node = element('div');
  node.append(table(['', ''], [
    ['machine', (context.cpu || 'unknown') + ', ' + (context.cores || '?') + ' cores'],
    ['built', (context.compiler || '') + ' ' + (context.flags || '') + ', commit ' + (context.commit || '')],
    ['the reference against itself', again.length ? 'median difference ' + again[Math.floor(again.length / 2)].toFixed(1) + ' %, largest ' + again[again.length - 1].toFixed(1) + ' %: smaller differences are not visible here' : 'not measured'],
    ['trials', trials.length + ', of which ' + trials.filter((trial) => trial.disturbed).length + ' stayed disturbed by other processes after being repeated, ' + trials.filter((trial) => trial.status !== 'ok').length + ' ended wrong'],
    ['overlap of threads', trials.length ? 'at least ' + (100 * Math.min(...trials.map((trial) => trial.overlap))).toFixed(1) + ' %' : ''],
    ['complete', context.complete ? 'yes' : 'no: it was interrupted'],
    ['repeat with', 'bench/run ' + (context.arguments || []).join(' ') + ' --seed ' + context.seed],
  ]));
  show('trust', node);
}

function fill(select, values, value) {
  select.replaceChildren(...values.map((item) => new Option(item, item)));
  select.value = values.includes(value) ? value : values[0];
  return select.value;
}
function refresh() {
  chosen.system = fill(byId('system'), unique(panels.map((panel) => panel.system)), chosen.system);
  const mine = panels.filter((panel) => panel.system === chosen.system);
  chosen.workload = fill(byId('workload'), unique(mine.map((panel) => panel.workload)), chosen.workload);
  const same = mine.filter((panel) => panel.workload === chosen.workload);
  chosen.threads = fill(byId('threads'), same.map((panel) => String(panel.threads)), chosen.threads);
  const panel = same.find((item) => String(item.threads) === chosen.threads);
  const names = unique(mine.flatMap((item) => item.rows.map((row) => row.implementation))).sort();
  byId('answer').textContent = panel.answer;
  drawSpeed(panel, names);
  drawScaling(same, names);
  drawMatrix(chosen.system, names);
  drawFairness(chosen.system, names);
  drawAborts(chosen.system);
  drawContracts(chosen.system);
}
byId('machine').textContent = (context.cpu || 'unknown machine') + ', ' + (context.cores || '?') + ' cores, commit ' + (context.commit || 'unknown');
for (const key of ['system', 'workload', 'threads']) byId(key).addEventListener('change', (event) => { chosen[key] = event.target.value; refresh(); });
if (panels.length) { chosen.threads = panels.some((panel) => panel.threads === 2) ? '2' : null; refresh(); } else byId('answer').textContent = 'Nothing was measured.';
drawTrust();
