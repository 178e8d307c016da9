// What is chosen, and everything drawn for it.
const chosen = {system: null, workload: null, threads: null};
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
  const usual = same.some((panel) => panel.threads === 2) ? '2' : null;
  chosen.threads = fill(byId('threads'), same.map((panel) => String(panel.threads)), chosen.threads || usual);
  const panel = same.find((item) => String(item.threads) === chosen.threads);
  const names = unique(mine.flatMap((item) => item.rows.map((row) => row.implementation))).sort();
  byId('answer').textContent = panel.answer;
  history.replaceState(null, '', '#' + [chosen.system, chosen.workload, chosen.threads].map(encodeURIComponent).join('/'));
  drawRatios(panel, names);
  drawSpeed(panel, names);
  drawScaling(same, names);
  drawMatrix(chosen.system, names);
  drawLatency(panel, names);
  drawRates(panel, names);
  drawPareto(panel, names);
  drawMemory(chosen.system, panel, names);
  drawShares(panel);
  drawContention(chosen.system, names);
  drawFairness(chosen.system, names);
  drawSurvival(chosen.system);
  drawHunt(chosen.system);
  drawAborts(chosen.system);
  drawContracts(chosen.system);
}
// What is shown stands in the address, so that it can be passed on, and links can lead to it.
function readAddress() {
  [chosen.system, chosen.workload, chosen.threads] = location.hash.slice(1).split('/').map(decodeURIComponent);
  refresh();
}
byId('machine').textContent = (context.cpu || 'unknown machine') + ', ' + (context.cores || '?') + ' cores, commit ' + (context.commit || 'unknown');
for (const key of ['system', 'workload', 'threads']) byId(key).addEventListener('change', (event) => { chosen[key] = event.target.value; refresh(); });
if (panels.length) {
  readAddress();
  addEventListener('hashchange', () => { readAddress(); byId('pick').scrollIntoView(); byId('pick').focus(); });
} else byId('answer').textContent = 'Nothing was measured.';
drawTrust();
drawSummary();
