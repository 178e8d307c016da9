// The leading table is there without a script; its links are addresses of panels. With one it can be taken along.
function drawSummary() {
  byId('summary').closest('section').hidden = !byId('summary').querySelector('table');
  takeAlong(byId('summary'));
}
