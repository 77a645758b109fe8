import { DicomFolder } from '../../src/viewer/dicomweb/dicom-folder';
import { MemoryBudget } from '../../src/viewer/memory-budget';
import { createViewerServer } from '../../src/viewer/server';

// A viewer server as a process of its own, to be killed, starved and weighed: see child-process.ts.
const MiB = 2 ** 20;
const [root, uploadLimit, requests, answers] = process.argv.slice(2);
const folder = new DicomFolder({ read: [`${root}/data`], write: `${root}/store` });

async function main(): Promise<void> {
  await folder.refresh();
  const server = createViewerServer({
    folder,
    uploadLimit: Number(uploadLimit) * MiB,
    memory: {
      requests: new MemoryBudget(Number(requests) * MiB),
      answers: new MemoryBudget(Number(answers) * MiB),
    },
    viewerFolder: `${root}/viewer`,
    extensionFolder: `${root}/extension`,
    modelsFolder: `${root}/models`,
    host: '127.0.0.1',
    onError: error => console.error(error),
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object' && address) console.log(`port ${address.port}`);
  });
}

void main();
