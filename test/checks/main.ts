import { checkMethods, type Comparison } from './check-methods';
import { whyNoReference } from './python';

function row({ name, on, against, error, bound }: Comparison): string {
  const verdict = error <= bound ? '' : ' EXCEEDED';
  return `| ${name} | ${on} | ${against} | ${error.toExponential(1)} | ${bound.toExponential(0)}${verdict} |`;
}

async function main(): Promise<void> {
  const missing = whyNoReference();
  if (missing) throw new Error(missing);
  const { comparisons, refusal } = await checkMethods();
  const head = ['| compared | on | against | largest relative error | bound |', '|---|---|---|---|---|'];
  console.log([...head, ...comparisons.map(row)].join('\n'));
  console.log(`\nRefused on the graph model, as it should be: ${refusal}`);
  const failed = comparisons.filter(({ error, bound }) => !(error <= bound)).length;
  const all = comparisons.length;
  console.log(failed === 0 ? `\nAll ${all} agree.` : `\n${failed} of ${all} lie beyond their bound.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
