// Adds up what the test projects have written: what the torture tests printed, line coverage, and the counts.
// usage: node tools/test-summary.mjs <results directory> [words that chose the projects]
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const [directory, ...chosen] = process.argv.slice(2);
const minimum = 90;
const files = readdirSync(directory, { recursive: true }).map((name) => join(directory, String(name)));

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of files.filter((name) => name.endsWith('.trx'))) {
  const text = readFileSync(file, 'utf8');
  for (const [, outcome] of text.matchAll(/<UnitTestResult [^>]*outcome="(\w+)"/g)) {
    counts[outcome === 'Passed' ? 'passed' : outcome === 'Failed' ? 'failed' : 'skipped']++;
  }
  // What went wrong beside the tests, such as a process that crashed.
  for (const [, problem] of text.matchAll(/<RunInfo [^>]*outcome="Error"[^>]*>\s*<Text>([\s\S]*?)<\/Text>/g)) {
    console.log(`${file}: ${problem}`);
    counts.failed++;
  }
  if (/Torture|Faults/.test(file)) {
    for (const [, output] of text.matchAll(/<(?:StdOut|Message)>([\s\S]*?)<\/(?:StdOut|Message)>/g)) console.log(output.split('\n').filter((line) => /\bseed \d/.test(line)).join('\n'));
  }
}

// A line is covered when any project's tests ran it.
const lines = new Map();
for (const file of files.filter((name) => name.endsWith('coverage.cobertura.xml'))) {
  const text = readFileSync(file, 'utf8');
  const source = /<source>([^<]*)<\/source>/.exec(text)?.[1] ?? '';
  for (const [, name, body] of text.matchAll(/<class [^>]*filename="([^"]*)"[^>]*>([\s\S]*?)<\/class>/g)) {
    const path = relative(process.cwd(), name.startsWith('/') ? name : join(source, name));
    if (!/^(src|bench)\//.test(path)) continue;
    for (const [, number, hits] of body.matchAll(/<line number="(\d+)" hits="(\d+)"/g)) {
      const key = `${path}:${number}`;
      lines.set(key, (lines.get(key) ?? false) || hits !== '0');
    }
  }
}

const byProject = new Map();
for (const [key, covered] of lines) {
  const project = key.split('/').slice(0, 2).join('/');
  const sum = byProject.get(project) ?? { covered: 0, all: 0 };
  sum.all++;
  sum.covered += covered ? 1 : 0;
  byProject.set(project, sum);
}

const percent = ({ covered, all }) => ((100 * covered) / all).toFixed(1);
const total = [...byProject.values()].reduce((sum, one) => ({ covered: sum.covered + one.covered, all: sum.all + one.all }), { covered: 0, all: 0 });
for (const [project, sum] of [...byProject].sort()) console.log(`  ${project}: ${percent(sum)} % of ${sum.all} lines`);
let enough = true;
if (total.all > 0) {
  console.log(`line coverage: ${percent(total)} % (${total.covered} of ${total.all} lines)`);
  enough = chosen.length > 0 || Number(percent(total)) >= minimum;
  if (!enough) console.log(`less than the ${minimum} % that this project asks for`);
}
if (process.env.COVERAGE_GAPS) {
  const gaps = new Map();
  for (const [key, covered] of lines) if (!covered) { const f = key.split(':')[0]; gaps.set(f, [...(gaps.get(f) ?? []), Number(key.split(':')[1])]); }
  for (const [file, numbers] of [...gaps].sort((a, b) => b[1].length - a[1].length)) console.log(`  ${file}: ${numbers.sort((a, b) => a - b).join(' ')}`);
}

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(enough && counts.failed === 0 && counts.passed > 0 ? 0 : 1);
