// How long a call takes, from the usual one to the rarest: under full load, and at rates that were stated.
const steps = 6;  // of a curve to a nine
const places = [['p50', 0.5], ['p90', 0.9], ['p99', 0.99], ['p99.9', 0.999], ['p99.99', 0.9999], ['p99.999', 0.99999]];
// Between two points of the curve, by the logarithm; 0 where too few samples lie beyond.
function timeAt(curve, quantile) {
  const at = -Math.log10(1 - quantile) * steps;
  const below = Math.floor(at + 1e-9);
  if (!curve || below >= curve.length) return 0;
  const above = Math.min(below + 1, curve.length - 1);
  const [a, b] = [curve[below], curve[above]].map((ns) => Math.log(Math.max(ns, 1)));
  return Math.exp(a + (b - a) * (at - below));
}
const pointsOf = (curve) => curve.map((ns, i) => ({x: i / steps, y: Math.max(ns, 1)}));
const tenfold = (ns) => ns < 1e3 ? ns + ' ns' : ns < 1e6 ? ns / 1e3 + ' µs' : ns < 1e9 ? ns / 1e6 + ' ms' : ns / 1e9 + ' s';
const timeAxis = {type: 'logarithmic', title: {display: true, text: 'time of a call'}, ticks: {callback: (ns) => /^1e/.test(ns.toExponential()) ? tenfold(ns) : ''}};

function drawLatency(panel, names) {
  const rows = measured(panel).filter((row) => row.curve && row.curve.length > 1);
  byId('latency').closest('section').hidden = rows.length === 0;
  if (rows.length === 0) return;
  const floor = panel.floor.curve;
  const datasets = rows.map((row) => ({...lineOf(names, row.implementation), data: pointsOf(row.curve), pointRadius: 0}));
  if (floor) datasets.push({...lineOf(names, 'noop'), label: 'noop: the clock and the harness alone', data: pointsOf(floor), pointRadius: 0, fill: 'start', backgroundColor: yardsticks.noop + '40'});
  const nines = Math.max(2, ...datasets.map((set) => (set.data.length - 1) / steps));
  draw('latency', {type: 'line', data: {datasets}, options: {interaction: {mode: 'nearest', axis: 'x', intersect: false}, scales: {y: timeAxis, x: {type: 'linear', min: 0, max: nines, afterBuildTicks: (axis) => { axis.ticks = places.map(([, quantile]) => ({value: -Math.log10(1 - quantile)})).filter((tick) => tick.value <= nines); }, ticks: {callback: (value) => (places.find(([, quantile]) => Math.abs(-Math.log10(1 - quantile) - value) < 1e-6) || [''])[0]}, title: {display: true, text: 'so many of the calls took no longer'}}}, plugins: {legend: {labels: {usePointStyle: true, pointStyle: 'line'}}, tooltip: {callbacks: {title: () => '', label: (item) => item.dataset.label + ': ' + short(item.parsed.y)}}}}},
    saidOf(rows, (row) => 'p50 ' + short(timeAt(row.curve, 0.5)) + ', p99 ' + short(timeAt(row.curve, 0.99))));
  const line = (name, curve) => [name, ...places.map(([, quantile]) => short(timeAt(curve, quantile)))];
  show('latency-table', table('Time of a call: ' + panel.workload + ', ' + panel.threads + ' threads', ['design', ...places.map(([name]) => name)], [...rows.map((row) => line(row.implementation, row.curve)), ...(floor ? [line('noop', floor)] : [])]));
}

// At stated rates a call is timed from when it was meant to begin, so who comes late pays for the wait.
function drawRates(panel, names) {
  const rows = [...panel.rows, {...panel.floor, implementation: 'noop'}].filter((row) => (row.rates || []).length > 0);
  byId('rates').closest('section').hidden = rows.length === 0;
  if (rows.length === 0) return;
  const tail = (rate) => rate.overloaded ? 0 : timeAt(rate.curve, 0.99);
  const datasets = rows.map((row) => ({...lineOf(names, row.implementation), pointRadius: 5, data: row.rates.filter((rate) => tail(rate) > 0).map((rate) => ({x: rate.rate_per_s / scaleOf(panel), y: tail(rate)})).sort((a, b) => a.x - b.x)}));
  // What was overloaded has no times: a cross at the top edge says at which rate.
  const edge = 2 * Math.max(1, ...rows.flatMap((row) => row.rates.map(tail)));
  for (const row of rows) {
    const lost = row.rates.filter((rate) => rate.overloaded).map((rate) => ({x: rate.rate_per_s / scaleOf(panel), y: edge}));
    if (lost.length > 0) datasets.push({...lineOf(names, row.implementation), label: row.implementation + ': overloaded', data: lost, showLine: false, pointStyle: 'crossRot', pointRadius: 7});
  }
  const kept = (row) => Math.max(0, ...row.rates.filter((rate) => !rate.overloaded).map((rate) => rate.rate_per_s));
  draw('rates', {type: 'line', data: {datasets}, options: {scales: {y: {...timeAxis, title: {display: true, text: 'p99 from the intended start'}}, x: {type: 'logarithmic', title: {display: true, text: 'calls asked for, ' + unitOf(panel)}}}, plugins: {legend: {labels: {usePointStyle: true, filter: (item) => !item.text.endsWith(': overloaded')}}, tooltip: {callbacks: {title: () => '', label: (item) => item.dataset.label + (item.parsed.y === edge ? '' : ', p99 ' + short(item.parsed.y)) + ' at ' + digits(item.parsed.x) + ' ' + unitOf(panel)}}}}},
    saidOf(rows, (row) => 'keeps up to ' + digits(kept(row) / scaleOf(panel)) + ' ' + unitOf(panel)));
  const told = (rate, quantile) => rate.overloaded ? 'overloaded' : short(timeAt(rate.curve, quantile));
  show('rates-table', table('Response time at stated rates: ' + panel.workload + ', ' + panel.threads + ' threads', ['design', 'asked for, ' + unitOf(panel), 'of its own most', 'served', 'p50', 'p99', 'p99.9'],
    rows.flatMap((row) => row.rates.map((rate) => [row.implementation, rate.rate_per_s / scaleOf(panel), rate.share > 0 ? Math.round(100 * rate.share) + ' %' : '-', typeof rate.served === 'number' ? rate.served : '-', told(rate, 0.5), told(rate, 0.99), told(rate, 0.999)]))));
}
