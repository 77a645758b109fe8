import type { AveragingReport, BackendReport, Finding, KernelReport } from '../backend-report';
import { numberText, percentText, plural, t } from '.';
import { backendName } from './words';

/** Which backend computes, why this one, and what became of the others; in sentences. */
export function backendWords({ name, why, findings, kernels }: BackendReport): string[] {
  const named = { name: backendName(name) };
  const others = findings.filter(({ backend }) => backend !== name || why === 'fastest').map(findingWords);
  const own = kernels ? [kernelWords(kernels)] : [];
  if (why === 'fallback') return [...others, t('usingInstead', named), ...own];
  const using =
    why === 'chosen'
      ? t('usingChosen', named)
      : why === 'fastest'
        ? t('usingFastest', named)
        : t('usingOnly', named);
  return [using, ...others, ...own];
}

function findingWords(finding: Finding): string {
  const { backend, device } = finding;
  const name = backendName(backend) + (device ? ` (${device})` : '');
  switch (finding.outcome) {
    case 'passed': {
      const { milliseconds } = finding;
      if (milliseconds === undefined) return t('foundRight', { name });
      return t('foundTimed', { name, number: numberText(milliseconds, 1) });
    }
    case 'insecure':
      return t('foundInsecure', { name });
    case 'software':
      return t('foundSoftware', { name });
    case 'absent':
      return t('foundAbsent', { name, detail: finding.detail });
    case 'failed':
      return t('foundFailed', { name, detail: finding.detail });
    case 'wrong':
      return t('foundWrong', { name, share: percentText(100 * finding.error) });
  }
}

function kernelWords(report: KernelReport): string {
  if (report.kernels === 'own') return t('kernelsOwn', { number: numberText(report.times, 1) });
  const { reason, detail = '' } = report;
  if (reason === 'slower') return t('kernelsSlower');
  return reason === 'wrong' ? t('kernelsWrong', { detail }) : t('kernelsFailed', { detail });
}

/** Workers that shared an averaged map. */
export function workersUsed({ workers, failures }: AveragingReport): number {
  return workers - failures.length;
}

/** On how many workers an averaged map was made, and why not on more where that is not for want of processors. */
export function averagedWords(report: AveragingReport): string[] {
  const { limit, failures } = report;
  return [
    plural('averagedOn', workersUsed(report)),
    ...(limit === 'memory' ? [t('averagedMemory')] : []),
    ...(failures.length > 0 ? [plural('helpersFailed', failures.length, { detail: failures[0] })] : []),
  ];
}
