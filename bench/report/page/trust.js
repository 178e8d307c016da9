// What the designs promise, and what the figures rest on.
function drawContracts(system) {
  const mine = (data.x_implementations || []).filter((item) => item.system === system);
  const fields = ['technique', 'summary', 'shared_state', 'protected_by', 'claim_point', 'ordering', 'progress', 'shutdown', 'failure', 'not_survived', 'complexity', 'memory', 'source'];
  show('contracts', table(system + ': what each design promises', ['', ...mine.map((item) => item.name)], fields.map((field) => [field.replaceAll('_', ' '), ...mine.map((item) => item.contract[field])])));
}

function drawTrust() {
  show('trust', table('What the figures rest on', ['', ''], [...data.x_facts, ['repeat with', 'bench/run ' + (context.arguments || []).join(' ') + (context.seed === undefined ? '' : ' --seed ' + context.seed)]]));
}
