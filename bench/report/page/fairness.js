// Who waits for whom, and what is thrown away.
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

function drawAborts(system) {
  const rows = [];
  for (const panel of panels.filter((item) => item.system === system)) {
    for (const row of panel.rows) if (row.aborts_per_attempt > 0) rows.push([row.implementation, panel.workload, panel.threads, row.aborts_per_attempt, row.ops_per_s / scaleOf(panel), nanoseconds(row.p999_ns)]);
  }
  show('aborts', rows.length ? table(['design', 'workload', 'threads', 'aborts per attempt', unitOf(panels.find((panel) => panel.system === system)), 'p99.9 ns'], rows) : element('p', 'No design of this system gave an attempt up.'));
}
