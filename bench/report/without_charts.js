// Stands in for Chart.js in reports that are made where there is none: the tables stay, a line takes the place of each chart.
class Chart {
  static defaults = {scale: {ticks: {}}};
  constructor(canvas) {
    const pen = canvas.getContext('2d');
    pen.fillStyle = Chart.defaults.color;
    pen.fillText('No Chart.js was found where this page was made.', 10, 20);
  }
  destroy() {}
}
