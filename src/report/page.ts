import { metricFamilies, type MetricFacts } from '../metrics';
import { html, Html } from './html';
import type { CaseView, EvaluationResults } from '../evaluation/results';
import { caseSection } from './sections/cases';
import { boxSection, generatorSection } from './sections/generators';
import { faithfulnessSection, localisationSection } from './sections/localisation';
import { judgeSection } from './sections/judge';
import { classesSection, classifierSection, overviewSection, provenanceSection } from './sections/overview';
import { comparisonSection, subgroupSection } from './sections/statistics';
import { trustSection } from './sections/trust';
import { style } from './style';

interface Section {
  id: string;
  title: string;
  content: Html;
}

/** The report of one evaluation as one HTML file: no script, nothing fetched, printable. */
export function reportPage(results: EvaluationResults, cases: readonly CaseView[]): string {
  const { provenance, maps, comparisons, withoutFailures, subset, primary, judge, trust } = results;
  const sections: Section[] = [
    {
      id: 'classifier',
      title: 'Classifier',
      content: html`${classifierSection(results)} ${classesSection(results)}`,
    },
    {
      id: 'generators',
      title: 'Truth and generated images',
      content: html`${boxSection(results)} ${generatorSection(results)}`,
    },
    ...(maps.length
      ? [
          {
            id: 'localisation',
            title: 'Localisation',
            content: localisationSection(maps, primary.reference),
          },
          {
            id: 'tests',
            title: 'Comparisons',
            content: html`${comparisonSection(comparisons, maps, primary.reference)}
            ${
              withoutFailures?.length
                ? html`<p>The same on the images where neither map failed:</p>
                    ${comparisonSection(withoutFailures, maps, primary.reference)}`
                : undefined
            }`,
          },
          { id: 'subgroups', title: 'Subgroups', content: subgroupSection(maps, primary.reference) },
        ]
      : []),
    ...(subset
      ? [
          {
            id: 'subset',
            title: `All methods on a subset of ${subset.images} images`,
            content: html`<p>
                Methods of many passes ran on a seeded subset of ${subset.images} images of ${subset.patients}
                patients alone. All others are repeated here on the same images, so that the comparison is
                paired.
              </p>
              ${localisationSection(subset.maps, primary.reference)}
              ${faithfulnessSection(subset.maps, primary.reference)}
              ${comparisonSection(subset.comparisons, subset.maps, primary.reference)}`,
          },
        ]
      : []),
    { id: 'judge', title: 'Before another classifier', content: judgeSection(judge) },
    { id: 'trust', title: 'Trust checks', content: trustSection(trust) },
    { id: 'cases', title: 'Best and worst images', content: caseSection(cases) },
    { id: 'metrics', title: 'Metrics and their sources', content: metricSection() },
    { id: 'provenance', title: 'Provenance', content: provenanceSection(results) },
  ];
  const title = `${provenance.model.title} ${provenance.model.version}: evaluation`;
  return page(title, provenance.data.description, overviewSection(results), sections);
}

/** A whole page of sections with a list of them. */
export function page(
  title: string,
  subtitle: string,
  introduction: Html,
  sections: readonly Section[],
): string {
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        <p>${subtitle}</p>
        <nav>${sections.map(({ id, title: name }) => html`<a href="#${id}">${name}</a> `)}</nav>
        ${introduction}
        ${sections.map(
          ({ id, title: name, content }) =>
            html`<section id="${id}">
              <h2>${name}</h2>
              ${content}
            </section>`,
        )}
      </body>
    </html>`;
  return `${body.text}\n`;
}

function metricSection(): Html {
  return html`<p>
      <i>Shuffled control</i>: mean over seeded permutations of the truths in which nobody keeps a truth of
      their own patient.
    </p>
    ${Object.entries(metricFamilies).map(
      ([family, metrics]) =>
        html`<h3>${family}</h3>
          <dl>
            ${metrics.map(
              metric =>
                html`<dt>${metric.title}</dt>
                  <dd>${metric.citation}. <small>${metricFacts(metric)}</small></dd>`,
            )}
          </dl>`,
    )}`;
}

/** Direction, unit and when it applies, in words. */
function metricFacts({ direction, unit, applies }: MetricFacts): string {
  return [
    `${direction} is better`,
    ...(unit === '1' ? [] : [unit]),
    ...(applies ? [`of ${applies}`] : []),
  ].join('; ');
}
