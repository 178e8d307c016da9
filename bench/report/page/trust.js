// What the designs promise, and what the figures rest on.
function drawContracts(system) {
  const mine = (data.x_implementations || []).filter((item) => item.system === system);
  const fields = ['technique', 'summary', 'shared_state', 'protected_by', 'claim_point', 'ordering', 'progress', 'shutdown', 'failure', 'complexity', 'memory', 'source'];
  show('contracts', table(system + ': what each design promises', ['', ...mine.map((item) => item.name)], fields.map((field) => [field.replaceAll('_', ' '), ...mine.map((item) => item.contract[field])])));
}

function drawTrust() {
  const trials = data.x_trials;
  const seen = panels.map((panel) => panel.least_seen).filter(Boolean).sort((a, b) => a - b);
  const canaries = trials.canary_ns || [];
  const node = element('div');
  node.append(table('What the figures rest on', ['', ''], [
    ['machine', (context.cpu || 'unknown') + ', ' + (context.cores || '?') + ' cores'],
    ['built', (context.compiler || '') + ' ' + (context.build_type || '') + ' ' + (context.flags || '') + ', commit ' + (context.commit || '') + ', ' + (context.kernel || '')],
    ['machine and libraries', [context.machine ? context.machine.memory_gib + ' GiB, ' + context.machine.numa_nodes + ' NUMA node' + (context.machine.numa_nodes === 1 ? '' : 's') + ', SMT ' + (context.machine.smt ? 'on' : 'off') + ', ' + (context.machine.guest ? 'a guest' : 'no guest') : '', ...Object.entries(context.libraries || {}).map(([name, version]) => name + ' ' + version)].filter(Boolean).join(', ') || 'not noted by that program'],
    ['the harness itself', data.x_harness ? data.x_harness.ns_per_op.toFixed(1) + ' ns an operation, ' + data.x_harness.scaling.toFixed(2) + ' times as fast on two threads [' + data.x_harness.low.toFixed(2) + ', ' + data.x_harness.high.toFixed(2) + ']' : 'not measured'],
    ['sittings', (data.x_sittings || []).map((sitting) => sitting.began + ', ' + sitting.seconds.toFixed(0) + ' s').join('; ') || 'one, by an older program'],
    ['the reference against itself', context.judged_again ? 'called different in ' + context.false_calls + ' of ' + context.judged_again + ' panels' : 'not judged'],
    ['smallest difference that would have been called in 80 of 100', seen.length ? (100 * seen[Math.floor(seen.length / 2)]).toFixed(0) + ' % in the middle panel, ' + (100 * seen[0]).toFixed(0) + ' to ' + (100 * seen[seen.length - 1]).toFixed(0) + ' %' : 'not known'],
    ['quiet enough', context.busy ? 'no: there are no verdicts' : 'yes'],
    ['trials', trials.count + ', of which ' + trials.disturbed + ' stayed disturbed by other processes after being repeated, ' + trials.wrong + ' ended wrong'],
    ['speed of a core, by a fixed chain of arithmetic', canaries.length ? canaries[1].toFixed(2) + ' ns a step; the slowest trial ' + (100 * (canaries[2] / canaries[0] - 1)).toFixed(0) + ' % above the fastest' : 'not measured'],
    ['taken by the hypervisor', trials.count ? trials.stolen_core.toFixed(3) + ' cores on average' : ''],
    ['threads were pinned to', (context.pinned_to || []).join(', ')],
    ['overlap of threads', trials.count ? 'at least ' + (100 * trials.overlap).toFixed(1) + ' %' : ''],
    ['complete', context.complete ? 'yes' : 'no: it was interrupted'],
    ['repeat with', 'bench/run ' + (context.arguments || []).join(' ') + (context.seed === undefined ? '' : ' --seed ' + context.seed)],
  ]));
  show('trust', node);
}
