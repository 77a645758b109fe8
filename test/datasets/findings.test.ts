import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofFinding, ofSeveral } from '../../src/datasets/findings';
import { dicom } from '../../src/datasets/formats/dicom';
import { splitManifest } from '../../src/datasets/manifest';
import type { Listing, SplitExam } from '../../src/datasets/types';
import { CxrSource } from '../../src/training/cxr-source';

const options = { findings: [], splitSeed: 1 };
const labels = `file,label,patient,split
a.dcm,effusion|nodule,1,train
b.dcm,none,2,train
c.dcm,nodule,3,val
d.dcm,effusion,4,val
e.dcm,,5,val
f.dcm,hernia,6,val
`;
const boxes = `file,x,y,width,height,finding
a.dcm,0,0,8,8,effusion
a.dcm,8,8,4,4,nodule
c.dcm,4,4,4,4,nodule
`;

let folder: string;
let listing: Listing<SplitExam>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'findings-'));
  await writeFile(path.join(folder, 'labels.csv'), labels);
  await writeFile(path.join(folder, 'boxes.csv'), boxes);
  listing = (await dicom.list(folder, options)) as Listing<SplitExam>;
});
afterAll(() => rm(folder, { recursive: true }));

describe('a table that names several findings', () => {
  it('is read with the findings of each image and of each box', () => {
    expect(listing.exams.map(({ findings }) => findings)).toEqual([
      ['effusion', 'nodule'],
      [],
      ['nodule'],
      ['effusion'],
      ['hernia'],
    ]);
    expect(listing.exams.map(({ label }) => label)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(listing.exams[0].boxes.map(({ finding }) => finding)).toEqual(['effusion', 'nodule']);
    expect(listing.leftOut).toEqual({ 'no label': 1 });
    expect(splitManifest(listing.exams)).toContain('a.dcm,effusion|nodule,unknown,train');
  });

  it('is of one finding with its boxes alone', () => {
    const nodules = ofFinding(listing, 'nodule').exams;
    expect(nodules.map(({ label }) => label)).toEqual([1, 0, 1, 0, 0]);
    expect(nodules[0].boxes).toEqual([{ x: 8, y: 8, width: 4, height: 4, finding: 'nodule' }]);
    expect(() => ofFinding(listing, 'opacity')).toThrow(
      /no image has the finding "opacity"; named are effusion, hernia, nodule/,
    );
    // Where nothing is named, positives are what is asked for.
    const plain = { ...listing, exams: [{ ...listing.exams[0], findings: undefined, label: 1 }] };
    expect(ofFinding(plain, 'opacity').exams[0].label).toBe(1);
  });

  it('is of several labels, or of classes that exclude each other', () => {
    const several = ofSeveral(listing, ['effusion', 'nodule'], 'labels').exams;
    expect(several.map(({ label }) => label)).toEqual([1, 0, 1, 1, 0]);
    // Of two classes at once, or of none: no class.
    const [first] = listing.exams;
    const more = ['nodule', 'effusion'].map(finding => ({
      ...first,
      image: `${finding}.dcm`,
      findings: [finding],
    }));
    const exclusive = { ...listing, exams: [...listing.exams, ...more] };
    const classes = ofSeveral(exclusive, ['nodule', 'effusion'], 'classes').exams;
    expect(classes.map(({ image, label }) => [image, label])).toEqual([
      ['c.dcm', 0],
      ['d.dcm', 1],
      ['nodule.dcm', 0],
      ['effusion.dcm', 1],
    ]);
    expect(() => ofSeveral(listing, ['effusion', 'hernia'], 'labels')).toThrow(
      /the train split has no image of "hernia"/,
    );
  });

  it('of several labels needs images without each in both splits, of what can be trained on', () => {
    const exam = (split: 'train' | 'val', ...findings: string[]): SplitExam => ({
      ...listing.exams[0],
      split,
      findings,
    });
    const train = [exam('train', 'a', 'b'), exam('train')];
    const of = (...val: SplitExam[]): (() => unknown) => {
      const all = { ...listing, exams: [...train, ...val] };
      return () => ofSeveral(all, ['a', 'b'], 'labels');
    };
    expect(of(exam('val', 'a'), exam('val', 'b'))).not.toThrow();
    expect(of(exam('val', 'a', 'b'), exam('val', 'a'))).toThrow(
      /the val split has no image without "a", from which it could be told/,
    );
    // An image whose sources contradict each other is not trained on.
    const doubtful = { ...exam('val'), quality: 'doubtful' as const };
    expect(of(exam('val', 'a', 'b'), exam('val', 'a'), doubtful)).toThrow(/no image without "a"/);
    // Of classes an image of several is of none.
    const both = { ...listing, exams: [exam('train', 'a'), exam('train', 'a', 'b'), exam('val', 'a')] };
    expect(() => ofSeveral(both, ['a', 'b'], 'classes')).toThrow(/the train split has no image of "b"/);
  });

  it('tells a training each finding with its own places', () => {
    const side = 16;
    const exams = ofSeveral(listing, ['effusion', 'nodule'], 'labels').exams.map(exam => ({
      ...exam,
      boxes: exam.boxes.map(box => ({
        ...box,
        x: box.x / 16,
        y: box.y / 16,
        width: box.width / 16,
        height: box.height / 16,
      })),
    }));
    const values = new Uint16Array(new SharedArrayBuffer(2 * side * side * exams.length));
    const source = new CxrSource(
      { exams, size: side, planes: { kind: 'memory', values } },
      { seed: 1, paintedShare: 0, boxedPositivesOnly: false, findings: ['effusion', 'nodule'] },
    );
    // Validation: c (nodule, boxed), d (effusion without a box), f (neither).
    const [c, d, f] = [0, 1, 2].map(index => source.validation(index).findings!);
    const area = (truth?: Float32Array): number | undefined => truth?.reduce((sum, value) => sum + value, 0);
    expect(c.map(({ label }) => label)).toEqual([0, 1]);
    expect(c.map(({ truth }) => area(truth))).toEqual([0, 16]);
    expect(d.map(({ label }) => label)).toEqual([1, 0]);
    expect(d.map(({ truth }) => area(truth))).toEqual([undefined, 0]);
    expect(f.map(({ label }) => label)).toEqual([0, 0]);
  });

  it('is refused where a box is of a finding that the image is not said to have', async () => {
    await writeFile(path.join(folder, 'boxes.csv'), `${boxes}d.dcm,1,1,2,2,nodule\n`);
    await expect(dicom.list(folder, options)).rejects.toThrow(
      /label does not name "nodule", but boxes.csv has a box of it/,
    );
  });
});
