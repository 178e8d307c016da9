// Who waits for whom, and what is thrown away.
function contentionOf(system) { return (data.x_fairness || []).find((item) => item.system === system); }

// Three figures of each design side by side: speed, the longest wait, what was thrown away.
// The part of the work that each caller did, the least first: an equal strip is a fair design.
function drawShares(panel) {
  const rows = measured(panel).filter((row) => (row.shares || []).length > 1);
  byId('shares').closest('section').hidden = rows.length === 0;
  if (rows.length === 0) return;
  const threads = Math.max(...rows.map((row) => row.shares.length));
  const starved = rows.filter((row) => row.shares[0] * row.shares.length < 10);
  byId('shares-note').textContent = starved.length ? 'A thread starves (a tenth of an equal share, or less): ' + starved.map((row) => row.implementation).join(', ') + '.' : 'No thread starves: each got more than a tenth of an equal share.';
  heightFor('shares', rows.length);
  draw('shares', {
    type: 'bar',
    data: {labels: rows.map((row) => row.implementation), datasets: Array.from({length: threads}, (_, i) => ({label: i === 0 ? 'least' : i === threads - 1 ? 'most' : String(i + 1), data: rows.map((row) => row.shares[i] || 0), backgroundColor: i % 2 ? '#0072B2' : '#56B4E9'}))},
    options: {indexAxis: 'y', scales: {x: {stacked: true, min: 0, max: 100, title: {display: true, text: 'part of the work, % (the least thread at the left)'}}, y: {stacked: true}}, plugins: {legend: {display: false}}},
  }, byId('shares-note').textContent + ' ' + saidOf(rows, (row) => 'least ' + row.shares[0] + ' %'));
  show('shares-table', table('Parts of the work, in percent: ' + panel.workload + ', ' + panel.threads + ' threads', ['design', ...Array.from({length: threads}, (_, i) => i === 0 ? 'least' : i === threads - 1 ? 'most' : String(i + 1))], rows.map((row) => [row.implementation, ...Array.from({length: threads}, (_, i) => row.shares[i] === undefined ? '-' : row.shares[i])])));
}

function drawContention(system, names) {
  const part = contentionOf(system);
  for (const id of ['contention', 'contention-table']) byId(id).hidden = !part;
  byId('fairness').closest('section').hidden = !part;
  if (!part) { byId('contention-note').textContent = 'Not measured in this run.'; return; }
  byId('contention-note').textContent = part.workload + ', ' + part.threads + ' threads: everybody wants the same few entries. A wait is counted in calls that the others completed during one of a thread\'s own.';
  const rows = part.rows.filter((row) => row.implementation !== 'noop');
  const like = panels.find((panel) => panel.system === system);
  const speed = (row) => speedOf(like, row);
  const bars = (id, title, value, type) => draw(id, {
    type: 'bar',
    data: {labels: rows.map((row) => row.implementation), datasets: [{data: rows.map(value), backgroundColor: rows.map((row) => colourOf(names, row.implementation) + 'bb')}]},
    options: {indexAxis: 'y', scales: {x: {type, ...(type === 'logarithmic' ? {min: 1} : {beginAtZero: true}), title: {display: true, text: title}}}, plugins: {legend: {display: false}}},
  }, title + ': ' + saidOf(rows, (row) => digits(value(row))));
  bars('contended-speed', unitOf(like), speed, 'linear');
  bars('contended-wait', 'longest wait, calls of others', (row) => Math.max(row.longest_wait_calls, 1), 'logarithmic');
  bars('contended-aborts', 'attempts given up per attempt', (row) => row.aborts_per_attempt, 'linear');
  show('contention-table', table('Contention', ['design', unitOf(like), 'least share', 'longest wait', 'given up per attempt'], part.rows.map((row) => [row.implementation, speed(row), row.min_share, row.longest_wait_calls, row.aborts_per_attempt])));
}

function drawFairness(system, names) {
  const part = contentionOf(system);
  if (!part) return;
  draw('fairness', {type: 'line', data: {labels: part.rows[0].jain.map((point) => point[0] + ' ms'), datasets: part.rows.map((row) => ({...lineOf(names, row.implementation), data: row.jain.map((point) => point[1]), pointRadius: 5}))}, options: {scales: {y: {max: 1, suggestedMin: 0.9, title: {display: true, text: "Jain's index"}}, x: {title: {display: true, text: 'window'}}}, plugins: {legend: {labels: {usePointStyle: true}}}}},
    saidOf(part.rows, (row) => row.jain.map((point) => point[1].toFixed(2) + ' over ' + point[0] + ' ms').join(', ')));
  show('fairness-table', table("Jain's index, by the length of the window", ['design', ...part.rows[0].jain.map((point) => point[0] + ' ms')], part.rows.map((row) => [row.implementation, ...row.jain.map((point) => point[1])])));
}

function drawAborts(system) {
  const rows = [];
  for (const panel of panels.filter((item) => item.system === system)) {
    for (const row of panel.rows) if (row.aborts_per_attempt > 0) rows.push([row.implementation, panel.workload, panel.threads, row.aborts_per_attempt, speedOf(panel, row), nanoseconds(row.p999_ns)]);
  }
  show('aborts', rows.length ? table('Attempts given up', ['design', 'workload', 'threads', 'aborts per attempt', unitOf(panels.find((panel) => panel.system === system)), 'p99.9 ns'], rows) : element('p', 'No design of this system gave an attempt up.'));
}
