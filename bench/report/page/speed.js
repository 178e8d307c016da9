// Speed: ratios to the reference, throughput, threads, and the verdicts of all panels of a system.
// The copies of the reference, and what does nothing, are controls; all else is worth a line of its own.
const standsAlone = (name) => name === 'reference' || name === 'one_lock' || !yardstickOf(name);
const measured = (panel) => panel.rows.filter((row) => row.implementation !== 'noop');

function drawSpeed(panel, names) {
  const rows = measured(panel);
  const speed = (value) => value / scaleOf(panel);
  heightFor('speed', rows.length);
  draw('speed', {
    type: 'bar',
    data: {labels: rows.map((row) => row.implementation), datasets: [{data: rows.map((row) => speedOf(panel, row)), backgroundColor: rows.map((row) => colourOf(names, row.implementation) + 'bb')}]},
    options: {indexAxis: 'y', scales: {x: {beginAtZero: true, suggestedMax: 1.02 * Math.max(...rows.map((row) => speed(row.high || row.ops_per_s))), title: {display: true, text: unitOf(panel) + ' (noop ' + speed(panel.noop_per_s).toFixed(0) + ')'}}}, plugins: {legend: {display: false}, whiskers: {intervals: rows.map((row) => row.low === undefined ? null : [speed(row.low), speed(row.high)])}}},
    plugins: [whiskers],
  }, saidOf(rows, (row) => digits(speedOf(panel, row)) + ' ' + unitOf(panel)));
  const interval = (low, high, places) => low === undefined ? 'no interval' : '[' + low.toFixed(places) + ', ' + high.toFixed(places) + ']';
  show('speed-table', table(panel.workload + ', ' + panel.threads + ' threads', ['design', unitOf(panel), '95 %', 'ratio to reference', '95 %', 'verdict', 'to one_lock', 'p50 ns', 'p99 ns', 'p99.9 ns', 'least share', 'bytes per entry', 'calls served'],
    rows.map((row) => [row.implementation, speedOf(panel, row), row.low === undefined ? 'no interval' : interval(speed(row.low), speed(row.high), 3), row.ratio_to_reference, interval(row.ratio_low, row.ratio_high, 2), row.verdict + (row.probability < 1 ? ' (p ' + row.probability.toPrecision(1) + ')' : ''), row.to_one_lock ? row.to_one_lock.ratio.toFixed(2) + ' ' + interval(row.to_one_lock.low, row.to_one_lock.high, 2) : '-', nanoseconds(row.p50_ns), nanoseconds(row.p99_ns), nanoseconds(row.p999_ns), row.fair_share, nanoseconds(row.bytes_per_entry), row.served_share > 0 ? (100 * row.served_share).toFixed(1) + ' %' : '-'])));
}

// Lines are drawn only where all numbers of threads took part in the same rounds: since there are sittings. The designs of one
// number stand a little beside each other, so that their intervals can be told apart.
function drawScaling(same, names) {
  const counts = same.map((panel) => panel.threads).sort((a, b) => a - b);
  byId('scaling').closest('section').hidden = counts.length < 2;
  if (counts.length < 2) return;
  const interleaved = (context.schema || 0) >= 4;
  byId('scaling-note').textContent = interleaved ? '' : 'These were measured one after the other, so no line joins them.';
  const shown = names.filter(standsAlone);
  const upright = [];
  const datasets = shown.map((name, i) => ({
    ...lineOf(names, name), pointRadius: 5, showLine: interleaved,
    data: counts.map((count, at) => {
      const panel = same.find((item) => item.threads === count);
      const row = panel.rows.find((item) => item.implementation === name);
      if (!row) return null;
      const x = at + 0.16 * (i / Math.max(shown.length - 1, 1) - 0.5);
      if (row.low !== undefined) upright.push({x, low: row.low / scaleOf(panel), high: row.high / scaleOf(panel), colour: colourOf(names, name)});
      return {x, y: speedOf(panel, row)};
    }).filter(Boolean),
  }));
  const label = (at) => counts[at] === undefined ? '' : counts[at] + (counts[at] > (context.cores || counts[at]) ? ' (oversubscribed)' : '');
  draw('scaling', {type: 'line', data: {datasets}, options: {scales: {y: {beginAtZero: true, suggestedMax: 1.02 * Math.max(0, ...upright.map((one) => one.high)), title: {display: true, text: unitOf(same[0])}}, x: {type: 'linear', min: -0.3, max: counts.length - 0.7, afterBuildTicks: (axis) => { axis.ticks = counts.map((_, value) => ({value})); }, ticks: {callback: label}, title: {display: true, text: 'threads'}}}, plugins: {legend: {labels: {usePointStyle: true}}, whiskers: {upright}}}, plugins: [whiskers]},
    counts.map((count) => count + ' threads: ' + saidOf(measured(same.find((panel) => panel.threads === count)), (row) => digits(speedOf(same[0], row)))).join('; '));
}

// Each design beside the reference: the ratio of all sittings with its interval, and that of each sitting alone.
function drawRatios(panel, names) {
  const rows = measured(panel).filter((row) => row.implementation !== 'reference' && row.ratio_to_reference > 0);
  const labels = rows.map((row) => row.implementation);
  const all = rows.map((row) => ({x: row.ratio_to_reference, y: row.implementation}));
  const alone = rows.flatMap((row) => (row.ratio_of_sittings || []).map((x) => ({x, y: row.implementation})));
  const colour = rows.map((row) => colourOf(names, row.implementation));
  const values = [...alone.map((point) => point.x), ...rows.flatMap((row) => [row.ratio_low, row.ratio_high, row.ratio_to_reference])].filter((value) => value > 0);
  heightFor('ratios', rows.length);
  draw('ratios', {
    type: 'scatter',
    data: {datasets: [
      {label: 'all sittings', data: all, backgroundColor: colour, borderColor: colour, pointStyle: rows.map((row) => row.verdict === 'undecided' ? 'circle' : 'rectRot'), pointRadius: 8},
      {label: 'each sitting alone', data: alone, backgroundColor: 'transparent', borderColor: Chart.defaults.color, pointStyle: 'circle', pointRadius: 3}]},
    options: {scales: {y: {type: 'category', labels, offset: true}, x: {type: 'logarithmic', min: Math.min(0.9, ...values) / 1.05, max: Math.max(1.1, ...values) * 1.05, title: {display: true, text: 'times the reference (1 is the reference itself)'}}}, plugins: {legend: {labels: {usePointStyle: true}}, whiskers: {intervals: rows.map((row) => row.ratio_low === undefined ? null : [row.ratio_low, row.ratio_high])}}},
    plugins: [whiskers],
  }, saidOf(rows, (row) => row.ratio_to_reference.toFixed(2) + ' (' + row.verdict + ')'));
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
  const rows = names.filter((name) => name !== 'reference' && name !== 'noop').map((name) => [name, ...mine.map((panel) => {
    const row = panel.rows.find((item) => item.implementation === name);
    return row ? {text: signs[row.verdict] + ' ' + row.ratio_to_reference.toFixed(2) + '×', style: heat(row)} : 'not measured';
  })]);
  show('matrix', table(system + ': times the reference, by workload and threads', ['design', ...mine.map((panel) => panel.workload + ', ' + panel.threads + ' thr.')], rows));
}
