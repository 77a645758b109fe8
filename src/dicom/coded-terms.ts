/** A coded entry of a sequence (PS3.3 table 8.8-1), as far as it is stated. */
export interface CodedEntry {
  value?: string;
  scheme?: string;
  meaning?: string;
}

/** Views (PS3.16 CID 4010): name, SNOMED CT code, SNOMED RT code of older files. */
const views = `
acanthioparietal: 399242004 R-102C6
antero-posterior: 399348003 R-10206
antero-posterior oblique: 399312000 R-10208
axial: 399061009 R-10241
caudo-cranial: 399196006 R-10244
cranio-caudal: 399162004 R-10242
dorsoplantar: 399335002 R-102C4
frontal: 399033003 R-10202
frontal oblique: 399160007 R-10204
frontal-oblique axial: 399132005 R-10252
lateral: 399067008 R-102CD
lateral oblique: 260427002 R-40783
lateral-medial: 399352003 R-10228
latero-medial oblique: 399099002 R-10230
left anterior oblique: 399135007 R-10220
left lateral: 399173006 R-10236
left oblique: 399184004 R-10238
left posterior oblique: 399006002 R-10212
medial oblique: 260426006 R-40782
medial-lateral: 399260004 R-10224
medio-lateral oblique: 399368009 R-10226
oblique: 399182000 R-102C1
oblique axial: 399004004 R-10246
oblique caudo-cranial: 399225005 R-10250
oblique cranio-caudal: 399288005 R-10248
occlusal projection: 260499007 R-40810
orbitoparietal: 399351005 R-102C7
parieto-orbital: 399316002 R-102C8
parietoacanthial: 399272005 R-102C5
plantodorsal: 399071006 R-102C3
postero-anterior: 272479007 R-40888
postero-anterior oblique: 399059000 R-10216
right anterior oblique: 399356000 R-40985
right lateral: 399198007 R-10232
right oblique: 399236003 R-10234
right posterior oblique: 399038007 R-10210
sagittal: 30730003 G-A145
sagittal-oblique axial: 399325008 R-10254
submentovertical: 399255003 R-10256
tangential: 399110001 R-102C2
verticosubmental: 399360002 R-10257
postero-anterior: 272479007 R-10214`;

/** Parts of the body (PS3.16 CID 4031, and the lung): name, SNOMED CT code, SNOMED RT code of older files. */
const regions = `
abdomen: 113345001 T-D4000
abdomen and pelvis: 416949008 R-FAB57
acromioclavicular joint: 85856004 T-15420
ankle joint: 70258002 T-15750
anus: 53505006 T-59900
apex of lung: 86598002 T-280A0
bile duct: 28273000 T-60610
bladder: 89837001 T-74000
bone of lower limb: 72001000 T-12700
bone of upper limb: 371195002 T-D0821
breast: 76752008 T-04000
bronchus: 955009 T-26000
calcaneus: 80144004 T-12770
cervical spine: 122494005 T-11501
cervico-thoracic spine: 297171002 T-D00F7
chest: 51185008 T-D3000
chest and abdomen: 416550000 R-FAB55
chest, abdomen and pelvis: 416775004 R-FAB56
clavicle: 51299004 T-12310
coccyx: 64688005 T-11BF0
colon: 71854001 T-59300
duodenum: 38848004 T-58200
elbow joint: 16953009 T-15430
entire body: 38266002 T-D0010
esophagus: 32849002 T-56000
esophagus, stomach and duodenum: 110861005 T-DD163
extremity: 66019005 T-D0300
eye: 81745001 T-AA000
eye region: 371398005 T-D0801
facial bones: 91397008 T-11196
femur: 71341001 T-12710
fibula: 87342007 T-12750
finger: 7569003 T-D8800
foot: 56459004 T-D9700
forearm: 14975008 T-D8500
gallbladder: 28231008 T-63000
hand: 85562004 T-D8700
head: 69536005 T-D1100
head and neck: 774007 T-D1000
heart: 80891009 T-32000
hip joint: 29836001 T-D2500
humerus: 85050009 T-12410
ileum: 34516001 T-58600
ilium: 22356005 T-12340
internal auditory canal: 361078006 T-AB959
jaw region: 661005 T-D1213
jejunum: 21306003 T-58400
knee: 72696002 T-D9200
large intestine: 14742008 T-59000
larynx: 4596009 T-24100
lower leg: 30021000 T-D9400
lower limb: 61685007 T-D9000
lumbar spine: 122496007 T-11503
lumbo-sacral spine: 297173004 T-D00F9
lung: 39607008 T-28000
mandible: 91609006 T-11180
mastoid bone: 59066005 T-11133
maxilla: 70925003 T-11170
mediastinum: 72410000 T-D3300
muscle of lower limb: 102292000 T-14668
muscle of upper limb: 30608006 T-13600
nasal bone: 74386004 T-11149
neck: 45048000 T-D1600
neck and chest: 417437006 R-FAB52
neck, chest and abdomen: 416152001 R-FAB53
neck, chest, abdomen and pelvis: 416319003 R-FAB54
optic canal: 55024004 T-11102
orbital structure: 363654007 T-D14AE
pancreatic duct and bile duct systems: 110621006 T-65600
paranasal sinus: 2095001 T-22000
parotid gland: 45289007 T-61100
patella: 64234005 T-12730
pelvis: 12921003 T-D6000
pelvis and lower extremities: 416631005 R-FAB58
prostate: 41216001 T-92000
rectum: 34402009 T-59600
rib: 113197003 T-11300
sacroiliac joint: 39723000 T-15680
sacrum: 54735007 T-11AD0
scapula: 79601000 T-12280
sella turcica: 42575006 T-D1460
sesamoid bones of foot: 58742003 T-12980
shoulder: 16982005 T-D2220
skull: 89546000 T-11100
small intestine: 30315005 T-58000
spine: 421060004 T-D04FF
sternoclavicular joint: 7844006 T-15610
sternum: 56873002 T-11210
stomach: 69695003 T-57000
submandibular gland: 54019009 T-61300
tarsal joint: 27949001 T-15770
temporomandibular joint: 53620006 T-15290
thigh: 68367000 T-D9100
thoracic spine: 122495006 T-11502
thoraco-lumbar spine: 297172009 T-D00F8
thumb: 76505004 T-D8810
toe: 29707007 T-D9800
trachea: 44567001 T-25000
upper arm: 40983000 T-D8200
upper limb: 53120007 T-D8000
upper urinary tract: 431491007 T-7000B
ureter: 87953007 T-73000
urethra: 13648007 T-75000
uterus and fallopian tubes: 110639002 T-88920
vertebral column and cranium: 110517009 T-11011
wrist joint: 74670003 T-15460
zygoma: 13881006 T-11166`;

/** Name of a code of View Code Sequence; undefined for one that is none of these. */
export function viewName(code: CodedEntry): string | undefined {
  return nameIn(viewNames, code);
}

/** Name of a code of Anatomic Region Sequence; undefined for one that is none of these. */
export function regionName(code: CodedEntry): string | undefined {
  return nameIn(regionNames, code);
}

interface Names {
  byCode: ReadonlyMap<string, string>;
  names: ReadonlySet<string>;
}

const viewNames = namesOf(views);
const regionNames = namesOf(regions);

/** All names that {@link viewName} and {@link regionName} can give. */
export const codeNames: ReadonlySet<string> = new Set([...viewNames.names, ...regionNames.names]);

/** Designators under which the codes of SNOMED CT and SNOMED RT are found (PS3.16 8.2). */
const snomed = new Set(['SCT', 'SRT', 'SNM3', '99SDM']);

function namesOf(table: string): Names {
  const entries = table
    .trim()
    .split('\n')
    .map(line => line.split(': '));
  return {
    byCode: new Map(entries.flatMap(([name, codes]) => codes.split(' ').map(code => [code, name] as const))),
    names: new Set(entries.map(([name]) => name)),
  };
}

/** Codes of other schemes, a hospital's own, are known by their meaning alone. */
function nameIn({ byCode, names }: Names, { value, scheme, meaning }: CodedEntry): string | undefined {
  if (snomed.has(scheme?.toUpperCase() ?? '')) return byCode.get(value ?? '');
  const meant = meaning?.toLowerCase().replace(/ projection$/, '') ?? '';
  return names.has(meant) ? meant : undefined;
}
