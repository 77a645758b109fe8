/** What the panel tells of the backend in use and of how averaged maps are shared. */
export type { BackendReport, Finding, KernelReport } from '../backends/browser-choice';
export type { AveragingReport } from './worker/averaging/team';
