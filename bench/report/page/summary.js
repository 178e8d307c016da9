// The leading table.
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
