'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const panels = data.x_panels || [];
const context = (data.context || {}).contend || {};
const darkness = matchMedia('(prefers-color-scheme: dark)');
const dark = darkness.matches;
darkness.addEventListener('change', () => location.reload());
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
// The yardsticks have colours of their own, in every chart of every page; so no two designs share one.
const yardsticks = {'reference': '#5b6470', 'reference (again)': '#9aa5b1', 'noop': '#c4cad1'};
const colourOf = (names, name) => yardsticks[name] || colours[names.filter((other) => !yardsticks[other]).indexOf(name) % colours.length];
const chosen = {system: null, workload: null, threads: null};
const charts = {};
function draw(id, config) {
  if (charts[id]) charts[id].destroy();
  charts[id] = new Chart(byId(id), config);
  byId(id).setAttribute('role', 'img');
  byId(id).setAttribute('aria-label', (byId(id).closest('section').querySelector('h2') || {}).textContent + ': the same figures stand in a table of this section, or below');
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
  const speed = (value) => value / scaleOf(panel);
  draw('speed', {
    type: 'bar',
    data: {labels: rows.map((row) => row.implementation), datasets: [{data: rows.map((row) => speed(row.ops_per_s)), backgroundColor: rows.map((row) => colourOf(names, row.implementation) + 'bb')}]},
    options: {indexAxis: 'y', scales: {x: {beginAtZero: true, suggestedMax: 1.02 * Math.max(...rows.map((row) => speed(row.high || row.ops_per_s))), title: {display: true, text: unitOf(panel) + ' (noop ' + speed(panel.noop_per_s).toFixed(0) + ')'}}}, plugins: {legend: {display: false}, whiskers: {intervals: rows.map((row) => row.low === undefined ? null : [speed(row.low), speed(row.high)])}}},
    plugins: [whiskers],
  });
  const interval = (low, high, digits) => low === undefined ? 'no interval' : '[' + low.toFixed(digits) + ', ' + high.toFixed(digits) + ']';
  show('speed-table', table(['design', unitOf(panel), '95 %', 'ratio to reference', '95 %', 'verdict', 'p50 ns', 'p99 ns', 'p99.9 ns', 'least share', 'bytes per entry', 'calls served'],
    rows.map((row) => [row.implementation, speed(row.ops_per_s), row.low === undefined ? 'no interval' : interval(speed(row.low), speed(row.high), 3), row.ratio_to_reference, interval(row.ratio_low, row.ratio_high, 2), row.verdict + (row.probability < 1 ? ' (p ' + row.probability.toPrecision(1) + ')' : ''), nanoseconds(row.p50_ns), nanoseconds(row.p99_ns), nanoseconds(row.p999_ns), row.fair_share, nanoseconds(row.bytes_per_entry), row.served_share > 0 ? (100 * row.served_share).toFixed(1) + " %" : "-"])));
}

function drawScaling(same, names) {
  const counts = same.map((panel) => panel.threads).sort((a, b) => a - b);
  const labels = counts.map((count) => count + (count > (context.cores || count) ? ' (oversubscribed)' : ''));
  const datasets = names.filter((name) => name !== 'reference (again)').map((name, i) => ({
    label: name, borderColor: colourOf(names, name), backgroundColor: colourOf(names, name), pointStyle: markers[i % markers.length], pointRadius: 6,
    data: counts.map((count) => { const row = same.find((panel) => panel.threads === count).rows.find((item) => item.implementation === name); return row ? row.ops_per_s / scaleOf(same[0]) : null; }),
  }));
  draw('scaling', {type: 'line', data: {labels, datasets}, options: {scales: {y: {beginAtZero: true, title: {display: true, text: unitOf(same[0])}}, x: {title: {display: true, text: 'threads'}}}, plugins: {legend: {labels: {usePointStyle: true}}}}});
}

// Each design beside the reference: the ratio of all sittings with its interval, and that of each sitting alone.
function drawRatios(panel, names) {
  const rows = panel.rows.filter((row) => row.implementation !== 'reference' && row.ratio_to_reference > 0);
  const labels = rows.map((row) => row.implementation);
  const all = rows.map((row) => ({x: row.ratio_to_reference, y: row.implementation}));
  const alone = rows.flatMap((row) => (row.ratio_of_sittings || []).map((x) => ({x, y: row.implementation})));
  const colour = rows.map((row) => colourOf(names, row.implementation));
  const values = [...alone.map((point) => point.x), ...rows.flatMap((row) => [row.ratio_low, row.ratio_high, row.ratio_to_reference])].filter((value) => value > 0);
  draw('ratios', {
    type: 'scatter',
    data: {datasets: [
      {label: 'all sittings', data: all, backgroundColor: colour, borderColor: colour, pointStyle: rows.map((row) => row.verdict === 'undecided' ? 'circle' : 'rectRot'), pointRadius: 8},
      {label: 'each sitting alone', data: alone, backgroundColor: 'transparent', borderColor: Chart.defaults.color, pointStyle: 'circle', pointRadius: 3}]},
    options: {scales: {y: {type: 'category', labels, offset: true}, x: {type: 'logarithmic', min: Math.min(0.9, ...values) / 1.05, max: Math.max(1.1, ...values) * 1.05, title: {display: true, text: 'times the reference (1 is the reference itself)'}}}, plugins: {legend: {labels: {usePointStyle: true}}, whiskers: {intervals: rows.map((row) => row.ratio_low === undefined ? null : [row.ratio_low, row.ratio_high])}}},
    plugins: [whiskers],
  });
}

// The colour says which side and how far, hatching that it is not decided.
function heat(row) {
  const far = Math.min(1, Math.abs(Math.log(row.ratio_to_reference)) / Math.log(8));
  const side = row.ratio_to_reference > 1 ? 'var(--good)' : 'var(--bad)';
  const ground = 'color-mix(in srgb, ' + side + ' ' + Math.round(8 + 42 * far) + '%, var(--paper))';
  return {background: row.verdict === 'undecided' ? 'repeating-linear-gradient(45deg, ' + ground + ' 0 4px, var(--paper) 4px 9px)' : ground, color: 'var(--ink)', whiteSpace: 'nowrap'};
}
const signs = {win: '▲ win', loss: '▼ loss', tie: '= tie', undecided: '? undecided'};
function drawMatrix(system, names) {
  const mine = panels.filter((panel) => panel.system === system);
  const rows = names.filter((name) => name !== 'reference').map((name) => [name, ...mine.map((panel) => {
    const row = panel.rows.find((item) => item.implementation === name);
    return row ? {text: signs[row.verdict] + ' ' + row.ratio_to_reference.toFixed(2) + '×', style: heat(row)} : 'not measured';
  })]);
  show('matrix', table(['design', ...mine.map((panel) => panel.workload + ', ' + panel.threads + ' thr.')], rows));
}

function contentionOf(system) { return (data.x_fairness || []).find((item) => item.system === system); }

// Three figures of each design side by side: speed, the longest wait, what was thrown away.
function drawContention(system, names) {
  const part = contentionOf(system);
  for (const id of ['contention', 'contention-table']) byId(id).hidden = !part;
  byId('fairness').closest('section').hidden = !part;
  if (!part) { byId('contention-note').textContent = 'Not measured in this run.'; return; }
  byId('contention-note').textContent = part.workload + ', ' + part.threads + ' threads: everybody wants the same few entries. A wait is counted in calls that the others completed during one of a thread\'s own.';
  const rows = part.rows.filter((row) => row.implementation !== 'noop');
  const like = panels.find((panel) => panel.system === system);
  const speed = (row) => row.ops_per_s / scaleOf(like);
  const bars = (id, title, value, type) => draw(id, {
    type: 'bar',
    data: {labels: rows.map((row) => row.implementation), datasets: [{data: rows.map(value), backgroundColor: rows.map((row) => colourOf(names, row.implementation) + 'bb')}]},
    options: {indexAxis: 'y', scales: {x: {type, ...(type === 'logarithmic' ? {min: 1} : {beginAtZero: true}), title: {display: true, text: title}}}, plugins: {legend: {display: false}}},
  });
  bars('contended-speed', unitOf(like), speed, 'linear');
  bars('contended-wait', 'longest wait, calls of others', (row) => Math.max(row.longest_wait_calls, 1), 'logarithmic');
  bars('contended-aborts', 'attempts given up per attempt', (row) => row.aborts_per_attempt, 'linear');
  show('contention-table', table(['design', unitOf(like), 'least share', 'longest wait', 'given up per attempt'], part.rows.map((row) => [row.implementation, speed(row), row.min_share, row.longest_wait_calls, row.aborts_per_attempt])));
}

function drawFairness(system, names) {
  const part = contentionOf(system);
  if (!part) return;
  const colour = (name) => name === 'noop' ? '#888888' : colourOf(names, name);
  draw('fairness', {type: 'line', data: {labels: part.rows[0].jain.map((point) => point[0] + ' ms'), datasets: part.rows.map((row, i) => ({label: row.implementation, data: row.jain.map((point) => point[1]), borderColor: colour(row.implementation), backgroundColor: colour(row.implementation), borderDash: row.implementation === 'noop' ? [6, 4] : [], pointStyle: markers[i % markers.length], pointRadius: 5}))}, options: {scales: {y: {max: 1, suggestedMin: 0.9, title: {display: true, text: "Jain's index"}}, x: {title: {display: true, text: 'window'}}}, plugins: {legend: {labels: {usePointStyle: true}}}}});
}

// The cycle of waits that ended a run; files before November 2026 call it a circle.
const cycleOf = (run) => run.cycle || run.circle || 'not named';

// How many runs of a broken design were still alive after so many operations: Kaplan and Meier's curve, in which a run
// that did not hang leaves without a step.
function survivalCurve(runs) {
  const sorted = [...runs].sort((a, b) => a.operations - b.operations);
  const points = [{x: 1, y: 100}];
  let alive = 1;
  sorted.forEach((run, i) => {
    if (!run.hung) return;
    alive *= 1 - 1 / (sorted.length - i);
    points.push({x: Math.max(run.operations, 1), y: 100 * alive});
  });
  return points;
}

function drawSurvival(system) {
  const mine = (data.x_deadlock || []).filter((item) => item.system === system);
  byId('survival').closest('section').hidden = mine.length === 0;
  if (mine.length === 0) return;
  draw('survival', {
    type: 'line',
    data: {datasets: mine.map((item, i) => ({label: item.implementation, data: survivalCurve(item.runs), stepped: 'before', borderColor: colours[2 * i + 1], backgroundColor: colours[2 * i + 1], pointStyle: markers[i], pointRadius: 3}))},
    options: {scales: {x: {type: 'logarithmic', title: {display: true, text: 'operations until deadlock'}}, y: {min: 0, max: 100, title: {display: true, text: 'runs still alive, %'}}}, plugins: {legend: {labels: {usePointStyle: true}}}},
  });
  const rows = mine.map((item) => {
    const hung = item.runs.filter((run) => run.hung);
    const cycles = {};
    for (const run of hung) cycles[cycleOf(run)] = (cycles[cycleOf(run)] || 0) + 1;
    const often = Object.entries(cycles).sort((a, b) => b[1] - a[1]).map(([cycle, times]) => times + ' × ' + cycle);
    const middle = hung.map((run) => run.operations).sort((a, b) => a - b)[Math.floor(hung.length / 2)];
    const cell = element('div', often.slice(0, 3).join('; '));
    if (often.length > 3) {
      const rest = element('details');
      rest.append(element('summary', (often.length - 3) + ' more cycles'), element('div', often.slice(3).join('; ')));
      cell.append(rest);
    }
    return [item.implementation, item.bug, item.threads, hung.length + ' of ' + item.runs.length, middle === undefined ? '-' : middle, cell];
  });
  show('survival-table', table(['broken design', 'bug', 'threads', 'hung', 'half were gone after', 'cycles of waits'], rows));
}

function drawAborts(system) {
  const rows = [];
  for (const panel of panels.filter((item) => item.system === system)) {
    for (const row of panel.rows) if (row.aborts_per_attempt > 0) rows.push([row.implementation, panel.workload, panel.threads, row.aborts_per_attempt, row.ops_per_s / scaleOf(panel), nanoseconds(row.p999_ns)]);
  }
  show('aborts', rows.length ? table(['design', 'workload', 'threads', 'aborts per attempt', unitOf(panels.find((panel) => panel.system === system)), 'p99.9 ns'], rows) : element('p', 'No design of this system gave an attempt up.'));
}

function drawContracts(system) {
  const mine = (data.x_implementations || []).filter((item) => item.system === system);
  const fields = ['technique', 'summary', 'shared_state', 'protected_by', 'claim_point', 'ordering', 'progress', 'shutdown', 'failure', 'complexity', 'memory', 'source'];
  show('contracts', table(['', ...mine.map((item) => item.name)], fields.map((field) => [field.replaceAll('_', ' '), ...mine.map((item) => item.contract[field])])));
}

// One line a system: the best design of its default workload. A click chooses the system below.
function drawSummary() {
  const rows = data.x_summary || [];
  byId('summary').closest('section').hidden = rows.length === 0;
  if (rows.length === 0) return;
  const ratio = (found) => found ? {text: found.ratio.toFixed(1) + '×' + (found.low === undefined ? '' : ' [' + found.low.toFixed(1) + ', ' + found.high.toFixed(1) + ']'), className: found.verdict} : '-';
  show('summary', table(['system', 'best design', 'not separated from it', 'speed', 'to reference', 'to TBB', 'least share', 'p99', 'bytes/entry'], rows.map((row) => {
    const link = element('a', row.system);
    link.href = '#';
    link.addEventListener('click', (event) => { event.preventDefault(); Object.assign(chosen, {system: row.system, workload: row.workload, threads: String(row.threads)}); refresh(); });
    const system = element('div');
    system.append(link, element('div', row.workload + ', ' + row.threads + ' thr.', 'why'));
    if (!row.best) return [system, row.untested ? 'none: tests/run has not passed' : 'none came through', '-', '-', '-', '-', '-', '-', '-'];
    const best = element('div', row.best);
    best.append(element('div', row.why + (row.checks ? ' (' + row.checks.replaceAll('_', ' ') + ')' : ''), 'why'));
    return [system, best, row.not_separated || '-', row.speed, ratio(row.to_reference), ratio(row.to_tbb), row.fair_share, short(row.p99_ns), nanoseconds(row.bytes_per_entry)];
  })));
}

function drawTrust() {
  const trials = data.x_trials;
  const seen = panels.map((panel) => panel.least_seen).filter(Boolean).sort((a, b) => a - b);
  const canaries = trials.canary_ns || [];
  const node = element('div');
  node.append(table(['', ''], [
    ['machine', (context.cpu || 'unknown') + ', ' + (context.cores || '?') + ' cores'],
    ['built', (context.compiler || '') + ' ' + (context.build_type || '') + ' ' + (context.flags || '') + ', commit ' + (context.commit || '') + ', ' + (context.kernel || '')],
    ['the harness itself', data.x_harness ? data.x_harness.ns_per_op.toFixed(1) + ' ns an operation, ' + data.x_harness.scaling.toFixed(2) + ' times as fast on two threads [' + data.x_harness.low.toFixed(2) + ', ' + data.x_harness.high.toFixed(2) + ']' : 'not measured'],
    ['sittings', (data.x_sittings || []).map((sitting) => sitting.began + ', ' + sitting.seconds.toFixed(0) + ' s').join('; ') || 'one, by an older program'],
    ['the reference against itself', context.judged_again ? 'called different in ' + context.false_calls + ' of ' + context.judged_again + ' panels' : 'not judged'],
    ['smallest difference that would have been called in 80 of 100', seen.length ? (100 * seen[Math.floor(seen.length / 2)]).toFixed(0) + ' % in the middle panel, ' + (100 * seen[0]).toFixed(0) + ' to ' + (100 * seen[seen.length - 1]).toFixed(0) + ' %' : 'not known'],
    ['quiet enough', context.busy ? 'no: there are no verdicts' : 'yes'],
    ['trials', trials.count + ', of which ' + trials.disturbed + ' stayed disturbed by other processes after being repeated, ' + trials.wrong + ' ended wrong'],
    ['speed of a core, by a fixed chain of arithmetic', canaries.length ? canaries[1].toFixed(2) + ' ns a step; the slowest trial ' + (100 * (canaries[2] / canaries[0] - 1)).toFixed(0) + ' % above the fastest' : 'not measured'],
    ['taken by the hypervisor', trials.count ? trials.stolen_core.toFixed(3) + ' cores on average' : ''],
    ['threads were pinned to', (context.pinned_to || []).join(', ')],
    ['overlap of threads', trials.count ? 'at least ' + (100 * trials.overlap).toFixed(1) + ' %' : ''],
    ['complete', context.complete ? 'yes' : 'no: it was interrupted'],
    ['repeat with', 'bench/run ' + (context.arguments || []).join(' ') + (context.seed === undefined ? '' : ' --seed ' + context.seed)],
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
  history.replaceState(null, '', '#' + [chosen.system, chosen.workload, chosen.threads].map(encodeURIComponent).join('/'));
  drawRatios(panel, names);
  drawSpeed(panel, names);
  drawScaling(same, names);
  drawMatrix(chosen.system, names);
  drawContention(chosen.system, names);
  drawFairness(chosen.system, names);
  drawSurvival(chosen.system);
  drawAborts(chosen.system);
  drawContracts(chosen.system);
}
byId('machine').textContent = (context.cpu || 'unknown machine') + ', ' + (context.cores || '?') + ' cores, commit ' + (context.commit || 'unknown');
for (const key of ['system', 'workload', 'threads']) byId(key).addEventListener('change', (event) => { chosen[key] = event.target.value; refresh(); });
// What is shown stands in the address, so that it can be passed on.
[chosen.system, chosen.workload, chosen.threads] = location.hash.slice(1).split('/').map(decodeURIComponent);
if (panels.length) { chosen.threads = chosen.threads || (panels.some((panel) => panel.threads === 2) ? '2' : null); refresh(); } else byId('answer').textContent = 'Nothing was measured.';
drawTrust();
drawSummary();
