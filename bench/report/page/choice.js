// Speed, tail and memory beside each other: what nothing else beats in all three is worth a thought.
const beaten = (row, others) => others.some((other) => other !== row && other.ops_per_s >= row.ops_per_s && other.p99_ns <= row.p99_ns && (other.bytes_per_entry || 0) <= (row.bytes_per_entry || 0) && (other.ops_per_s > row.ops_per_s || other.p99_ns < row.p99_ns || (other.bytes_per_entry || 0) < (row.bytes_per_entry || 0)));
const namesBeside = {
  id: 'namesBeside',
  afterDatasetsDraw(chart) {
    const pen = chart.ctx;
    pen.save();
    pen.fillStyle = Chart.defaults.color;
    pen.font = '12px system-ui, sans-serif';
    const discs = chart.data.datasets.map((set, i) => ({...chart.getDatasetMeta(i).data[0].getProps(['x', 'y']), r: set.data[0].r}));
    // Names keep out of discs and of each other.
    const taken = discs.map(({x, y, r}) => ({left: x - r, right: x + r, line: y + 4, half: r}));
    chart.data.datasets.forEach((set, i) => {
      const {x, y} = discs[i];
      const wide = pen.measureText(set.label).width;
      const away = set.data[0].r + 4;
      const left = x + away + wide > chart.chartArea.right ? x - away - wide : x + away;
      const free = (at) => at > chart.chartArea.top + 6 && at < chart.chartArea.bottom && !taken.some((one) => Math.abs(one.line - at) < 6.5 + one.half && one.left < left + wide && left < one.right);
      const line = y + 4 + ([0, 13, -13, 26, -26, 39, -39, 52, -52, 65, -65, 78, -78].find((away) => free(y + 4 + away)) || 0);
      taken.push({left, right: left + wide, line, half: 6.5});
      if (Math.abs(line - y - 4) > 1) {
        pen.strokeStyle = set.borderColor;
        pen.beginPath();
        pen.moveTo(x, y);
        pen.lineTo(left < x ? left + wide + 2 : left - 2, line - 4);
        pen.stroke();
      }
      pen.fillText(set.label, left, line);
    });
    pen.restore();
  },
};

function drawPareto(panel, names) {
  const rows = measured(panel).filter((row) => standsAlone(row.implementation) && row.p99_ns > 0 && row.ops_per_s > 0);
  byId('pareto').closest('section').hidden = rows.length < 2;
  if (rows.length < 2) return;
  const most = Math.max(1, ...rows.map((row) => row.bytes_per_entry || 0));
  const front = rows.filter((row) => !beaten(row, rows));
  const largest = innerWidth < 640 ? 9 : 15;
  const datasets = [...rows].sort((a, b) => b.p99_ns - a.p99_ns).map((row) => ({label: row.implementation, data: [{x: speedOf(panel, row), y: row.p99_ns, r: largest * (0.3 + 0.7 * Math.sqrt((row.bytes_per_entry || 0) / most))}], borderColor: colourOf(names, row.implementation), borderWidth: 2, backgroundColor: front.includes(row) ? colourOf(names, row.implementation) + 'bb' : 'transparent'}));
  byId('pareto-front').textContent = 'Beaten by no other in all three: ' + front.map((row) => row.implementation).join(', ') + '.';
  draw('pareto', {type: 'bubble', data: {datasets}, options: {layout: {padding: 16}, scales: {x: {beginAtZero: true, suggestedMax: 1.05 * Math.max(...rows.map((row) => speedOf(panel, row))), title: {display: true, text: unitOf(panel) + ' (right is faster)'}}, y: {...timeAxis, title: {display: true, text: 'p99 of a call (down is better)'}}}, plugins: {legend: {display: false}, tooltip: {callbacks: {label: (item) => item.dataset.label + ': ' + digits(item.parsed.x) + ' ' + unitOf(panel) + ', p99 ' + short(item.parsed.y)}}}}, plugins: [namesBeside]},
    byId('pareto-front').textContent + ' ' + saidOf(rows, (row) => digits(speedOf(panel, row)) + ' ' + unitOf(panel) + ', p99 ' + short(row.p99_ns)));
}

// The same workload on more entries, or on fewer: one of the two is called as the other, and small.
const otherSize = (panel) => panels.find((other) => other.system === panel.system && other.threads === panel.threads && (other.workload === panel.workload + '_small' || other.workload + '_small' === panel.workload));

// Bytes of an entry on every workload of the system: what grows with the entries, with values, with threads.
function drawMemory(system, panel, names) {
  const rows = measured(panel).filter((row) => row.bytes_per_entry > 0 && standsAlone(row.implementation)).sort((a, b) => a.bytes_per_entry - b.bytes_per_entry);
  byId('memory').closest('section').hidden = rows.length === 0;
  if (rows.length === 0) return;
  heightFor('memory', rows.length);
  const grownFrom = otherSize(panel);
  const bytesOn = (item, name) => (item.rows.find((row) => row.implementation === name) || {}).bytes_per_entry || null;
  const series = (item, strength) => ({label: item.workload, data: rows.map((row) => bytesOn(item, row.implementation)), backgroundColor: rows.map((row) => colourOf(names, row.implementation) + strength)});
  draw('memory', {type: 'bar', data: {labels: rows.map((row) => row.implementation), datasets: [series(panel, 'bb'), ...(grownFrom ? [series(grownFrom, '55')] : [])]}, options: {indexAxis: 'y', scales: {x: {beginAtZero: true, title: {display: true, text: 'bytes per entry, ' + panel.workload + (grownFrom ? '; pale: ' + grownFrom.workload : '')}}}, plugins: {legend: {display: false}}}},
    saidOf(rows, (row) => Math.round(row.bytes_per_entry) + ' bytes'));
  const mine = panels.filter((item) => item.system === system && item.rows.some((row) => row.bytes_per_entry > 0));
  show('memory-table', table('Bytes per entry, and by how much they differ between workloads', ['design', ...mine.map((item) => item.workload + ', ' + item.threads + ' thr.'), 'most to least'], rows.map((row) => {
    const all = mine.map((item) => bytesOn(item, row.implementation)).filter((value) => value > 0);
    return [row.implementation, ...mine.map((item) => bytesOn(item, row.implementation) > 0 ? Math.round(bytesOn(item, row.implementation)) : '-'), (Math.max(...all) / Math.min(...all)).toFixed(2) + '×'];
  })));
}
