// The leading table is there without a script; its links are addresses of panels. With one it, and the picture, can be taken along.
function drawSummary() {
  byId('summary').closest('section').hidden = !byId('summary').querySelector('table');
  takeAlong(byId('summary'));
  const link = byId('save-picture');
  if (link) link.href = link.closest('details').querySelector('img').src;
}
