/** Entry of the study bundle, which the extension loads only where a study is configured. */
import type { ReactElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { openStudyDatabase } from '../../extension/study/database';
import { createStudyHost } from '../../extension/study/host';
import type { RunningStudy, StudyStart } from '../../extension/study/run';
import { StudyServer } from '../../extension/study/server';
import { StudyService, type StudyOptions } from '../../extension/study/study-service';
import { ensureStyles } from '../styles';
import { Boundary } from './Boundary';
import { Study } from './context';
import { StudyCover } from './StudyCover';
import { StudyForm } from './StudyForm';
import { ensureStudyStyles } from './styles';
import { studyTexts } from './texts';

/** Starts study mode over a running viewer. */
export function startStudy({ configuration, language, ...parts }: StudyStart): RunningStudy {
  const { plan, results, reader } = configuration;
  const service = new StudyService({
    host: createStudyHost(parts),
    loadPlan: () => loadText(plan),
    openDatabase: openStudyDatabase,
    destination: destinationOf(results),
    reader,
  });
  const texts = studyTexts(language);
  const inRoot = (element: ReactElement): ReactElement => (
    <Study.Provider value={{ service, texts }}>
      <Boundary failed={texts.t('failedPanel')} tryAgain={texts.t('tryAgain')}>
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

function destinationOf(results: string): StudyOptions['destination'] {
  if (results === 'file') return undefined;
  const server = new StudyServer(results.replace(/\/$/, ''));
  return () => server;
}

async function loadText(address: string): Promise<string> {
  const response = await fetch(address, { cache: 'no-store' });
  if (!response.ok) throw new Error(`The study file could not be loaded (HTTP ${response.status}).`);
  return response.text();
}
