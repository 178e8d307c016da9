// What the exploration of schedules said of each design, and how soon it found each broken one.
const hunt = data.x_hunt || {rows: [], kills: []};
const partsOf = (target) => target.split('/');

function storyOf(row) {
  const place = element('details');
  place.append(element('summary', partsOf(row.target)[2] + ': ' + row.found.kind + ' in schedule ' + row.schedules.toLocaleString('en')));
  place.append(row.found.story ? element('pre', row.found.story) : element('p', row.found.text));
  const again = "stress/run --hunt --replay '" + row.found.token + "'";
  place.append(element('code', again), ' ', copyButton('copy', () => again));
  return place;
}

function verdictOf(rows) {
  const found = rows.filter((row) => row.found);
  const crashed = rows.filter((row) => row.crash);
  if (found.length === 0) return {text: crashed.length ? 'unknown: ' + crashed.map((row) => partsOf(row.target)[2]).join(', ') + ' did not end' : 'silent', className: crashed.length ? '' : 'win'};
  const place = element('div');
  place.append(...found.map(storyOf));
  return place;
}

function drawHunts(system) {
  const mine = hunt.rows.filter((row) => partsOf(row.target)[0] === system);
  if (mine.length === 0) { byId('hunts').replaceChildren(element('p', 'Not hunted in on these sources: stress/run --hunt ' + system + ' does that, and the next bench/run shows it.', 'note')); return; }
  const designs = unique([...(data.x_implementations || []).filter((item) => item.system === system).map((item) => item.name), ...mine.map((row) => marked(system, partsOf(row.target)[1]))]);
  show('hunts', table('The hunt in each design', ['design', 'found', 'attacks', 'schedules', 'of them different', 'seconds'], designs.map((name) => {
    const rows = mine.filter((row) => partsOf(row.target)[1] === plain(name));
    const sum = (what) => rows.reduce((total, row) => total + row[what], 0);
    return rows.length ? [name, verdictOf(rows), rows.length, sum('schedules'), sum('distinct'), sum('seconds')] : [name, 'not hunted in', '-', '-', '-', '-'];
  })), 'cards');
}

function drawKills(system) {
  const mine = hunt.kills.filter((kill) => partsOf(kill.target)[0] === system).sort((a, b) => (a.schedules || Infinity) - (b.schedules || Infinity));
  byId('kills-part').hidden = mine.length === 0;
  if (mine.length === 0) return;
  const nameOf = (kill) => partsOf(kill.target)[1];
  const caught = mine.filter((kill) => kill.schedules !== undefined);
  heightFor('kills', caught.length);
  draw('kills', {type: 'bar', data: {labels: caught.map(nameOf), datasets: [{data: caught.map((kill) => Math.max(kill.schedules, 1)), backgroundColor: '#0072B2bb', minBarLength: 4}]}, options: {indexAxis: 'y', scales: {x: {type: 'logarithmic', min: 0.9, title: {display: true, text: 'schedules until found, median of the campaigns'}}, y: {ticks: {autoSkip: false}}}, plugins: {legend: {display: false}}}},
    caught.map((kill) => nameOf(kill) + ' ' + kill.schedules).join(', '));
  show('kills-table', table('Broken designs, and when the hunt found each', ['broken design', 'attack', 'schedules', 'seconds', 'campaigns that missed it'], mine.map((kill) => [nameOf(kill), partsOf(kill.target)[2], kill.schedules === undefined ? 'not found' : kill.schedules, kill.seconds === undefined ? '-' : kill.seconds, kill.schedules === undefined ? 'all' : kill.missed || 'none'])));
}

function drawHunt(system) {
  byId('hunts').closest('section').hidden = hunt.rows.length === 0 && hunt.kills.length === 0;
  drawHunts(system);
  drawKills(system);
}
