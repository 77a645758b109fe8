/** Entry of the study bundle, which the extension loads only where a study is configured. */
import type { ReactElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { openStudyDatabase } from '../../extension/study/database';
import { DicomWebArchive, filmAttributes } from '../../extension/study/dicomweb-archive';
import { EveryDestination } from '../../extension/study/every-destination';
import { StudyFailure } from '../../extension/study/failure';
import { createStudyHost } from '../../extension/study/host';
import type { RunningStudy, StudyStart } from '../../extension/study/run';
import { request, StudyServer } from '../../extension/study/server';
import { StudyService, type StudyOptions } from '../../extension/study/study-service';
import { Boundary } from '../Boundary';
import { ensureStyles } from '../styles';
import { Study } from './context';
import { StudyCover } from './StudyCover';
import { StudyForm } from './StudyForm';
import { ensureStudyStyles } from './styles';
import { studyTexts } from '../../extension/study/texts';

/** Starts study mode over a running viewer. */
export function startStudy({ configuration, i18n, ...parts }: StudyStart): RunningStudy {
  const { plan, results, reader, key } = configuration;
  const service = new StudyService({
    host: createStudyHost(parts),
    loadPlan: () => loadText(plan),
    openDatabase: openStudyDatabase,
    destination: destinationOf(results, key, parts),
    reader,
  });
  const texts = studyTexts(i18n);
  const failureTexts = () => ({ failed: texts.t('failedPanel'), tryAgain: texts.t('tryAgain') });
  const inRoot = (element: ReactElement): ReactElement => (
    <Study.Provider value={{ service, texts }}>
      <Boundary part="study mode" name="explain-study-error" texts={failureTexts}>
        {element}
      </Boundary>
    </Study.Provider>
  );
  ensureStyles(document);
  ensureStudyStyles(document);
  const roots: Root[] = [];
  const mount = (place: Element, element: ReactElement): (() => void) => {
    const root = createRoot(place);
    roots.push(root);
    root.render(inRoot(element));
    // Not now: the host's React may be in the middle of its own commit.
    return () => void setTimeout(() => root.unmount());
  };
  const cover = document.createElement('div');
  document.body.append(cover);
  mount(cover, <StudyCover />);
  void service.start();
  return {
    service,
    mountPanel: place => mount(place, <StudyForm />),
    end: () => {
      service.end();
      setTimeout(() => {
        for (const root of roots) root.unmount();
        cover.remove();
      });
    },
  };
}

function destinationOf(
  results: readonly string[],
  key: string | undefined,
  { servicesManager, extensionManager }: Pick<StudyStart, 'servicesManager' | 'extensionManager'>,
): StudyOptions['destination'] {
  if (results.length === 0) return undefined;
  const { displaySetService, userAuthenticationService } = servicesManager.services;
  const headers = (): Record<string, string> => ({
    ...(userAuthenticationService?.getAuthorizationHeader() as Record<string, string> | undefined),
  });
  const metadata = async (studyInstanceUID: string): Promise<Record<string, unknown>[]> => {
    const client = extensionManager.getActiveDataSource()?.[0]?.retrieve?.getWadoDicomWebClient?.();
    return (await client?.retrieveStudyMetadata?.({ studyInstanceUID })) ?? [];
  };
  const filmOf = (study: string, instance: string): ReturnType<typeof filmAttributes> => {
    const listed = (displaySetService.getActiveDisplaySets?.() ?? []).flatMap(
      ({ instances = [] }) => instances,
    );
    return filmAttributes(listed, metadata, study, instance);
  };
  const isKeyed = results.some(address => !isArchive(address));
  const secrets = new Map<string, string | undefined>();
  const secretOf = (reader: string): string | undefined => {
    if (!isKeyed) return key;
    if (!secrets.has(reader)) throw new StudyFailure('notEntered', { reader });
    return secrets.get(reader);
  };
  return plan =>
    new EveryDestination(
      results.map(address => {
        if (!isArchive(address))
          return new StudyServer(address, (reader, secret) => void secrets.set(reader, secret));
        return new DicomWebArchive({
          root: address.slice(archivePrefix.length),
          plan,
          filmOf,
          secretOf,
          headers,
        });
      }),
    );
}

const archivePrefix = 'dicomweb:';

function isArchive(address: string): boolean {
  return address.startsWith(archivePrefix);
}

async function loadText(address: string): Promise<string> {
  const response = await request(address, { cache: 'no-store' });
  if (!response.ok) throw new StudyFailure('planNotLoaded', { status: response.status });
  return response.text();
}
