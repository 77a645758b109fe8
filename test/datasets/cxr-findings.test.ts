import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofFinding, ofSeveral } from '../../src/datasets/findings';
import { cxrFindings } from '../../src/datasets/formats/cxr-findings';
import { listDataset } from '../../src/datasets/list';
import type { Listing, SplitExam } from '../../src/datasets/types';
import { CxrSource } from '../../src/training/cxr-source';

const labels = `image,label,quality,patient,split
boxed.png,1,radiologist,p1,train
normal.png,0,radiologist,p2,train
text.png,,other,p3,train
read.png,,other,p4,train
doubt.png,1,doubtful,p5,train
none.png,0,text,p6,train
val.png,1,radiologist,p7,val
`;
const metadata = `image,nih_findings,view,sex,age,rsna_class,collection
boxed.png,Effusion|Infiltration,AP,F,54,Lung Opacity,b
normal.png,Effusion|Nodule,PA,M,,Normal,c
text.png,Consolidation|Mass,PA,F,61,,b
read.png,Infiltration|Mass,AP,M,20,No Lung Opacity / Not Normal,c
doubt.png,Pneumonia,AP,F,33,No Lung Opacity / Not Normal,a
none.png,No Finding,PA,F,33,,a
val.png,Effusion,PA,F,40,,b
`;
const boxes = `image,x,y,width,height,source,finding
boxed.png,256,512,128,64,nih-bbox,Effusion
boxed.png,512,256,256,512,nih-bbox,Infiltrate
val.png,0,0,512,1024,nih-bbox,Effusion
`;
const names = ['Lung Opacity', 'Effusion', 'Mass'];

let folder: string;
let listing: Listing<SplitExam>;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cxr-findings-'));
  await writeFile(path.join(folder, 'labels.csv'), labels);
  await writeFile(path.join(folder, 'metadata.csv'), metadata);
  await writeFile(path.join(folder, 'boxes.csv'), boxes);
  listing = await listDataset(cxrFindings, folder, { findings: [], splitSeed: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

describe('the cxr-findings format', () => {
  it('says of each film what is boxed, what the report names, and an opacity as those who read the film', () => {
    const of = Object.fromEntries(listing.exams.map(({ image, findings }) => [image, findings]));
    expect(of).toEqual({
      'boxed.png': ['Lung Opacity', 'Effusion'],
      // RSNA's readers call it normal, whatever the report says.
      'normal.png': [],
      'text.png': ['Lung Opacity', 'Mass'],
      // They saw no opacity, though the report names an infiltration.
      'read.png': ['Mass'],
      'doubt.png': ['Lung Opacity'],
      'none.png': [],
      'val.png': ['Lung Opacity', 'Effusion'],
    });
  });

  it('counts a film as read where all that it has is boxed, or it is called normal', () => {
    expect(listing.exams.map(({ quality }) => quality)).toEqual([
      'radiologist',
      'radiologist',
      'text',
      'text',
      'doubtful',
      'text',
      'text',
    ]);
  });

  it('has the boxes of each finding under one name', () => {
    expect(listing.exams[0].boxes.map(({ finding }) => finding)).toEqual(['Effusion', 'Lung Opacity']);
    const effusion = ofFinding(listing, 'Effusion').exams;
    expect(effusion.map(({ label }) => label)).toEqual([1, 0, 0, 0, 0, 0, 1]);
    expect(effusion[0].boxes).toEqual([
      { x: 0.25, y: 0.5, width: 0.125, height: 0.0625, finding: 'Effusion' },
    ]);
  });

  it('wants each label, and images without it, in train and val', () => {
    expect(() => ofSeveral(listing, ['Lung Opacity', 'Effusion'], 'labels')).toThrow(
      /the val split has no image without "Lung Opacity"/,
    );
    const healthy: SplitExam = { ...listing.exams[1], image: 'healthy.png', patient: 'p8', split: 'val' };
    const both = { ...listing, exams: [...listing.exams, healthy] };
    expect(ofSeveral(both, ['Lung Opacity', 'Effusion'], 'labels').exams).toHaveLength(8);
    expect(() => ofSeveral(both, names, 'labels')).toThrow(
      /nih_findings: the val split has no image of "Mass"/,
    );
  });

  it('refuses a class of RSNA that is none', async () => {
    await writeFile(path.join(folder, 'metadata.csv'), metadata.replace(',Normal,', ',Abnormal,'));
    await expect(cxrFindings.list(folder, { findings: [], splitSeed: 1 })).rejects.toThrow(
      /normal.png: rsna_class is "Abnormal"/,
    );
  });
});

it('training draws each finding as often as any other, and as often as none', () => {
  const size = 4;
  const findings = ['opacity', 'nodule'];
  const exam = (own: string[]): SplitExam => ({
    ...listing.exams[0],
    findings: own,
    label: own.length > 0 ? 1 : 0,
  });
  const exams = [
    ...Array.from({ length: 50 }, () => exam(['opacity'])),
    ...Array.from({ length: 5 }, () => exam(['nodule'])),
    ...Array.from({ length: 95 }, () => exam([])),
  ];
  const values = new Uint16Array(exams.length * size * size);
  exams.forEach((_, index) => values.fill(index, index * size * size, (index + 1) * size * size));
  const source = new CxrSource(
    { exams, size, planes: { kind: 'memory', values } },
    { seed: 1, paintedShare: 0, boxedPositivesOnly: false, findings },
  );
  const draws = 6000;
  const counts = [0, 0, 0];
  for (let position = 0; position < draws; position++) {
    const index = Math.round(source.draw(position).pixels[0] * 65535);
    counts[index < 50 ? 0 : index < 55 ? 1 : 2]++;
  }
  const deviation = Math.sqrt((draws * 2) / 9);
  for (const count of counts) expect(Math.abs(count - draws / 3)).toBeLessThan(4 * deviation);
});
