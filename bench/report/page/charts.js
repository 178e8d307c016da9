// What all charts share: colours and marks, drawing, whiskers.
const darkness = matchMedia('(prefers-color-scheme: dark)');
const dark = darkness.matches;
darkness.addEventListener('change', () => location.reload());
// Okabe and Ito's palette, which colour-blind readers can tell apart; markers differ too.
const colours = ['#E69F00', '#56B4E9', '#009E73', '#0072B2', '#D55E00', '#CC79A7', '#B8A900', dark ? '#B48AD6' : '#7A5195', dark ? '#8FB1FF' : '#2F4B7C', dark ? '#C08A7E' : '#8C564B'];
const markers = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross', 'crossRot', 'rectRounded', 'dash', 'line'];
Chart.defaults.color = dark ? '#e6e9ed' : '#1b1f24';
Chart.defaults.borderColor = dark ? '#343b44' : '#d5dae0';
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.scale.ticks.maxRotation = 0;
// The yardsticks have colours of their own, in every chart of every page; so no two designs share one.
const yardsticks = {'one_lock': dark ? '#c9a66b' : '#7a5c1e', 'reference': dark ? '#9aa5b1' : '#5b6470', 'reference (again)': dark ? '#5b6470' : '#9aa5b1', 'noop': '#c4cad1'};
// Copies of the reference that were slowed on purpose are yardsticks, too.
const yardstickOf = (name) => yardsticks[name] || (name.startsWith('reference (') ? yardsticks['reference (again)'] : null);
const orderOf = (names, name) => names.filter((other) => !yardstickOf(other)).indexOf(name);
const starColour = dark ? '#ff5cad' : '#c2006b';
const colourOf = (names, name) => yardstickOf(name) || (name.startsWith(star) ? starColour : null) || colours[orderOf(names, name) % colours.length];
const markerOf = (names, name) => yardstickOf(name) ? 'circle' : markers[orderOf(names, name) % markers.length];
const lineOf = (names, name) => ({label: name, borderColor: colourOf(names, name), backgroundColor: colourOf(names, name), pointStyle: markerOf(names, name), borderWidth: 2, borderDash: yardstickOf(name) ? [6, 4] : []});
const charts = {};
// `said` is what the chart tells whom it cannot show anything: its figures in words.
function draw(id, config, said) {
  if (charts[id]) charts[id].destroy();
  const canvas = byId(id);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', canvas.closest('section').querySelector('h2').textContent + ': ' + said);
  charts[id] = new Chart(canvas, config);
}
const saidOf = (rows, tell) => rows.map((row) => row.implementation + ' ' + tell(row)).join(', ');
// A chart with a line for each of its rows is as high as they need.
function heightFor(id, rows) { byId(id).closest('.chart').style.height = (5 + 2 * Math.max(rows, 2)) + 'rem'; }

// Whiskers for intervals, which Chart.js does not have: across, one for each row of the chart, or upright, at a point each.
const whiskers = {
  id: 'whiskers',
  afterDatasetsDraw(chart) {
    const {intervals = [], upright = []} = chart.options.plugins.whiskers;
    const pen = chart.ctx;
    const stroke = (colour, ...points) => {
      pen.strokeStyle = colour;
      pen.beginPath();
      points.forEach(([x, y], i) => i % 2 ? pen.lineTo(x, y) : pen.moveTo(x, y));
      pen.stroke();
    };
    pen.save();
    pen.lineWidth = 1.5;
    intervals.forEach((interval, i) => {
      if (!interval) return;
      const y = chart.scales.y.getPixelForValue(i);
      const [low, high] = interval.map((value) => chart.scales.x.getPixelForValue(value));
      stroke(Chart.defaults.color, [low, y], [high, y], [low, y - 5], [low, y + 5], [high, y - 5], [high, y + 5]);
    });
    for (const {x, low, high, colour} of upright) {
      const across = chart.scales.x.getPixelForValue(x);
      const [bottom, top] = [low, high].map((value) => chart.scales.y.getPixelForValue(value));
      stroke(colour, [across, bottom], [across, top], [across - 4, bottom], [across + 4, bottom], [across - 4, top], [across + 4, top]);
    }
    pen.restore();
  },
};
