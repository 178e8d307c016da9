// How long designs live that do deadlock.
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
  }, saidOf(mine, (item) => item.runs.filter((run) => run.hung).length + ' of ' + item.runs.length + ' runs hung'));
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
  show('survival-table', table('Broken designs that deadlock', ['broken design', 'bug', 'threads', 'hung', 'half were gone after', 'cycles of waits'], rows), 'cards');
}
