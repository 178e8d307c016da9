// What all charts share: colours and marks, drawing, whiskers.
const darkness = matchMedia('(prefers-color-scheme: dark)');
const dark = darkness.matches;
darkness.addEventListener('change', () => location.reload());
// Okabe and Ito's palette, which colour-blind readers can tell apart; markers differ too.
const colours = ['#E69F00', '#56B4E9', '#009E73', '#0072B2', '#D55E00', '#CC79A7', '#999999', '#B8A900', '#7A5195', '#2F4B7C'];
const markers = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'cross', 'crossRot', 'rectRounded', 'dash', 'line'];
Chart.defaults.color = dark ? '#e6e9ed' : '#1b1f24';
Chart.defaults.borderColor = dark ? '#343b44' : '#d5dae0';
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

// The yardsticks have colours of their own, in every chart of every page; so no two designs share one.
const yardsticks = {'reference': '#5b6470', 'reference (again)': '#9aa5b1', 'noop': '#c4cad1'};
const colourOf = (names, name) => yardsticks[name] || colours[names.filter((other) => !yardsticks[other]).indexOf(name) % colours.length];
const chosen = {system: null, workload: null, threads: null};
const charts = {};
function draw(id, config) {
  if (charts[id]) charts[id].destroy();
  charts[id] = new Chart(byId(id), config);
  byId(id).setAttribute('role', 'img');
  byId(id).setAttribute('aria-label', (byId(id).closest('section').querySelector('h2') || {}).textContent + ': the same figures stand in a table of this section, or below');
}

// Whiskers for intervals, which Chart.js does not have.
const whiskers = {
  id: 'whiskers',
  afterDatasetsDraw(chart) {
    const intervals = chart.options.plugins.whiskers.intervals || [];
    const pen = chart.ctx;
    pen.save();
    pen.strokeStyle = Chart.defaults.color;
    pen.lineWidth = 1.5;
    intervals.forEach((interval, i) => {
      if (!interval) return;
      const y = chart.scales.y.getPixelForValue(i);
      const [low, high] = interval.map((value) => chart.scales.x.getPixelForValue(value));
      pen.beginPath();
      pen.moveTo(low, y); pen.lineTo(high, y);
      pen.moveTo(low, y - 5); pen.lineTo(low, y + 5);
      pen.moveTo(high, y - 5); pen.lineTo(high, y + 5);
      pen.stroke();
    });
    pen.restore();
  },
};
