'use strict';

const element = (name, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

const field = (label, input) => element('label', {}, label, input);

const resolve = (api, schema) => schema?.$ref ? api.components.schemas[schema.$ref.split('/').pop()] : schema;

const example = (api, schema) => JSON.stringify(
  Object.fromEntries(Object.keys(resolve(api, schema)?.properties ?? {}).map(name => [name, ''])), null, 2);

function operation(api, path, method, description) {
  const parameters = (description.parameters ?? []).map(parameter => ({ ...parameter, input: element('input') }));
  const media = description.requestBody?.content['application/json'];
  const body = media && element('textarea', { rows: 5, value: example(api, media.schema) });
  const answer = element('pre', { hidden: true });

  const send = async () => {
    const query = new URLSearchParams();
    let target = path;
    for (const { name, in: place, input } of parameters) {
      if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(input.value));
      else if (place === 'query' && input.value) query.set(name, input.value);
    }
    if (query.size) target += `?${query}`;
    const started = performance.now();
    const response = await fetch(target, {
      method: method.toUpperCase(),
      body: body?.value,
      headers: body ? { 'Content-Type': 'application/json' } : {},
    });
    let text = await response.text();
    try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: shown as it came */ }
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    answer.textContent =
      `${response.status} ${response.statusText} (${(performance.now() - started).toFixed(1)} ms)\n${headers}\n\n${text}`;
    answer.hidden = false;
  };

  return element('details', {},
    element('summary', {},
      element('span', { className: 'method' }, method.toUpperCase()), element('code', {}, path), ` ${description.summary ?? ''}`),
    ...parameters.map(({ name, description: about, input }) => field(`${name}: ${about ?? ''}`, input)),
    ...(body ? [field('body', body)] : []),
    element('button', { onclick: () => send().catch(error => { answer.textContent = error; answer.hidden = false; }) }, 'Send'),
    answer);
}

fetch('/openapi/v1.json').then(response => response.json()).then(api => {
  for (const [path, operations] of Object.entries(api.paths))
    for (const [method, description] of Object.entries(operations))
      document.querySelector('main').append(operation(api, path, method, description));
});
