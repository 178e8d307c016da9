// One panel: ratios to the reference, throughput, threads, and the verdicts of all panels of a system.
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
