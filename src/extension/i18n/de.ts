import type { Texts } from './en';

export const de: Texts = {
  // Panel and toolbar
  panelLabel: 'Erklären',
  panelTitle: 'Erklärung der Antwort des Klassifikators',
  studyPanelLabel: 'Studie',
  noStudy: 'Die Befundungsstudie kann nicht laufen',
  buttonLabel: 'Erklären',
  buttonTooltip: 'Erklärt die Antwort des Klassifikators auf diese Thoraxaufnahme (nur für Forschung)',
  researchOnly: 'KI – nur für Forschung',
  research: 'Nur für Forschung',
  failedPanel: 'Dieses Feld ist ausgefallen; der Viewer selbst ist nicht betroffen.',
  tryAgain: 'Erneut versuchen',
  dismiss: 'Schließen',
  percent: '{{number}} %',

  // Run
  explain: 'Dieses Bild erklären',
  explainAgain: 'Erneut erklären',
  refusedHint: 'Hier ist nichts, was dieses Modell erklärt; der Grund steht oben',
  cancel: 'Abbrechen',
  clear: 'Entfernen',
  nothingYet:
    'Erklären drücken, um die Antwort des Klassifikators erklärt zu bekommen. Vorher wird nichts eingezeichnet.',
  pressedStarting: 'Rechenprozess startet…',
  pressedLoading: 'Modell wird geladen…',
  pressedWarming: 'Modell läuft warm…',
  pressedReading: 'Gespeichertes Ergebnis wird gelesen…',
  pressedRunning: 'Erklärung wird berechnet…',
  transformsDone: '{{transforms}} von {{count}} Transformationen',
  model: 'Modell',
  automatic: 'Automatisch',
  automaticWith: 'Automatisch: {{title}}',
  version: 'Version {{version}}',
  aucTest: 'AUC {{auc}}, gemessen an {{count}} Testbildern',
  aucPhantoms: 'AUC {{auc}}, gemessen an {{count}} Phantomen',
  aucInterval: '{{value}} (95-%-Intervall {{low}}–{{high}})',
  aucHint:
    'AUC: wie oft der Score eine Aufnahme mit dem Befund über eine ohne stellt; 1: immer, 0,5: wie der Zufall.',
  unusableModel: 'Das Modell {{id}} wird abgelehnt',
  notApplicable: 'Kein Modell passt zu diesem Bild',
  notApplicableTo: '„{{title}}“ passt nicht zu diesem Bild',
  caution: 'Vorsicht',
  method: 'Methode',
  generator: 'Generator',
  generatorHint: 'Das Netz, das das ähnliche Bild und das Gegenbild macht.',
  methodMissing: '{{title}} (nicht in diesem Modell)',
  methodDifference:
    'Zeigt, wo das Gegenbild (x_a) abweicht: die Aufnahme, von KI verändert, bis der Klassifikator die andere Antwort gibt.',
  methodEvidence:
    'Belege: was für diesen Klassifikator für den Befund spricht. Zeigt, wo sie sich auf dem Weg zum Gegenbild (x_a) ändern: der Aufnahme, von KI verändert, bis der Klassifikator die andere Antwort gibt.',
  methodBoth:
    'Belege: was für diesen Klassifikator für den Befund spricht. Zeigt, wo sie liegen und das Gegenbild (x_a) abweicht: die Aufnahme, von KI verändert, bis der Klassifikator die andere Antwort gibt.',
  methodSensitivity: 'Zeigt, wo eine kleine Änderung der Grauwerte den Score am stärksten ändern würde.',
  methodImportance:
    'Zeigt, welche Stellen für die Antwort am meisten zählen, wie diese Methode es berechnet.',
  resultOf: 'Ergebnis von {{title}}',
  resultOfHint: 'Alles Folgende stammt von {{model}}, nicht von dem Modell, das oben gewählt ist.',
  stale: 'Zum Übernehmen erneut erklären.',
  averaging: 'Über Transformationen mitteln',
  averagingHint:
    'Mittel über zufällige Verschiebungen, Drehungen, Vergrößerungen und Spiegelungen der Aufnahme; ruhiger, und so vielmal langsamer.',
  count: 'Zahl der Transformationen',
  numberLimited: 'möglich sind {{min}} bis {{max}}: {{value}} gilt',
  numberKept: 'leer gelassen: es bleibt bei {{value}}',
  useWasm: 'Mit WebAssembly weitermachen',

  // Findings of a model of several labels
  labelToExplain: 'Zu erklärender Befund',
  labelAutomatic: 'Automatisch: der erste der gefundenen',
  labelsTitle: 'Befunde',
  labelsHint: 'Drücken, um einen zu erklären. Die Linie ist sein Score, die Marke seine Schwelle.',
  labelsHintOpposite:
    'Drücken, um einen zu erklären. Die Linie ist sein Score, die Marke seine Schwelle; nach dem Pfeil der Score des Gegenbilds.',
  labelsFound: 'Über ihrer Schwelle: {{count}}',
  labelsNotFound: 'Nicht darüber: {{count}}',
  labelsMore: '{{count}} weitere, nicht über ihrer Schwelle',
  labelSilent: '{{name}}: dazu sagt das Modell hier nichts',
  labelsKept: 'Das Gegenbild lässt alle anderen Befunde, wie sie sind.',
  labelsNoneChanged: 'Das Gegenbild lässt alle anderen Befunde, wie sie sind, ändert aber auch diesen nicht.',
  labelsMoved: 'Das Gegenbild ändert auch: {{names}}. Die Karte zeigt vielleicht auch diese.',
  labelSaid: '{{name}}, Score {{score}}, Schwelle {{point}}',

  // Score
  score: 'Score',
  probability: 'Wahrscheinlichkeit',
  scoreNote: 'Ein Score des Klassifikators, keine Wahrscheinlichkeit einer Krankheit.',
  threshold: 'Schwelle',
  nearAbove: 'Nahe an der Schwelle: {{distance}} darüber.',
  nearNotAbove: 'Nahe an der Schwelle: {{distance}} davon entfernt.',
  nearOnWay: 'Nahe an der anderen Antwort: sie wechselt bei {{share}} des Weges zum Gegenbild (x_a).',
  measuredTest:
    'An der Schwelle: Sensitivität {{sensitivity}} von {{positives}} Testbildern mit dem Befund, Spezifität {{specificity}} von {{negatives}} ohne ihn',
  measuredPhantoms:
    'An der Schwelle: Sensitivität {{sensitivity}} von {{positives}} Phantomen mit dem Befund, Spezifität {{specificity}} von {{negatives}} ohne ihn',
  measuredView:
    'Projektion {{view}}: Sensitivität {{sensitivity}} von {{positives}}, Spezifität {{specificity}} von {{negatives}}',
  measuredInterval: '{{value}} ({{low}}–{{high}})',
  found: 'Von diesem Klassifikator gefunden: {{name}}',
  notFound: 'Von diesem Klassifikator nicht gefunden: {{name}}',
  likeliest: 'Wahrscheinlichste von {{count}} Klassen: {{name}}',
  negativeMap: 'Die Karte markiert keinen Befund.',
  unasked: 'Nach Befunden, die dieser Klassifikator nicht kennt, wurde nicht gesucht.',
  negativePlace:
    'Die Gegenbilder (x_a) solcher Aufnahmen ändern sich meist an denselben Stellen: der Ort sagt wenig über diese Aufnahme.',
  plainNegativePlace:
    'KI ändert solche Aufnahmen meist an denselben Stellen: der Ort sagt wenig über diese Aufnahme.',
  negativeTiny: 'kein Befund markiert',
  negativeShort: 'kein Befund markiert: der Ort sagt wenig',
  uncoloured:
    'Auch Stellen ohne Farbe können krank sein: die Karte zeigt, was entschied, nicht alles, was da ist. Ihr Umriss ist der der Methode, nicht der eines Herdes.',
  similarHolds: 'Das ähnliche Bild (x_s) behält die Entscheidung, Score {{score}}',
  similarLost:
    'Das ähnliche Bild (x_s) behält die Entscheidung NICHT, Score {{score}}: auf diese Erklärung ist kein Verlass',
  oppositeFlips: 'Das Gegenbild (x_a) ändert die Entscheidung, Score {{score}}',
  oppositeGrey:
    'Wo das Gegenbild (x_a) einen Befund wegnimmt, ist es oft eine gleichmäßig graue Fläche mit harten Rändern oder ein Balken, wie sie keine Aufnahme hat: nicht befunden. Was dahinter liegt, etwa Gefäße und Rippen, weiß es nicht.',
  oppositeGreyShort: 'weiß nicht, was hinter einem Befund liegt',
  oppositeLost:
    'Das Gegenbild (x_a) ändert die Entscheidung NICHT, Score {{score}}: der Karte kann das Entscheidende fehlen',
  similarIsFilm:
    'Das ähnliche Bild (x_s) ist die Aufnahme selbst (kein sichtbarer Unterschied: PSNR, ein Maß der Ähnlichkeit, über 60 dB): dass es die Entscheidung behält, sagt nichts.',
  similarIsFilmPair:
    'Das ähnliche Bild (x_s) ist die Aufnahme selbst (kein sichtbarer Unterschied: PSNR, ein Maß der Ähnlichkeit, über 60 dB): dass es die Entscheidung behält, sagt nichts, und die Karte ist |x − x_a|.',
  similarIsFilmOther:
    'Das ähnliche Bild (x_s) ist die Aufnahme selbst (kein sichtbarer Unterschied: PSNR, ein Maß der Ähnlichkeit, über 60 dB): dass es die Entscheidung behält, sagt nichts, und die Karte vergleicht die Aufnahme selbst mit dem Gegenbild (x_a).',
  averagedOver_one: '{{made}}, gemittelt über {{count}} Transformation',
  averagedOver_other: '{{made}}, gemittelt über {{count}} Transformationen',
  fromArchive: 'aus dem Archiv gelesen',
  unverified: 'nicht überprüft',
  timeNotStated: 'Zeit nicht angegeben',

  // What the colours are
  colouredDifference: 'Farbig: wo das Gegenbild (x_a) abweicht',
  colouredEvidence:
    'Farbig: wo sich auf dem Weg zum Gegenbild (x_a) ändert, worauf der Klassifikator sich stützt',
  colouredBoth: 'Farbig: worauf der Klassifikator sich stützt und wo zugleich das Gegenbild (x_a) abweicht',
  colouredSensitivity: 'Farbig: wo eine kleine Änderung des Bildes den Score am meisten ändern würde',
  colouredImportance: 'Farbig: wo die Methode ansetzt, was für die Antwort zählt',
  colouredNotFlipped:
    'Das Gegenbild (x_a) hat die Antwort NICHT geändert: die Farben zeigen nicht, was sie ändern würde',
  shortDifference: 'wo x_a abweicht',
  shortEvidence: 'wo sich auf dem Weg zu x_a ändert, worauf er sich stützt',
  shortBoth: 'worauf er sich stützt und wo x_a abweicht',
  plainDifference: 'Farbig: wo KI die Aufnahme ändert, um die Antwort des Klassifikators umzukehren',
  plainEvidence:
    'Farbig: wo sich ändert, worauf der Klassifikator sich stützt, wenn KI die Aufnahme ändert, um seine Antwort umzukehren',
  plainBoth:
    'Farbig: worauf der Klassifikator sich stützt und wo zugleich KI die Aufnahme ändert, um seine Antwort umzukehren',
  shortSensitivity: 'wo eine kleine Änderung den Score am meisten ändert',
  shortImportance: 'wo die Methode ansetzt, was zählt',
  unitUnknown: 'Einheit hier unbekannt: Methode einer anderen Version',
  unitPair: '|x_s − x_a|, angeglichene Grauwerte (0–1)',
  unitPairIsFilm: '|x − x_a|, angeglichene Grauwerte (0–1); das ähnliche Bild (x_s) ist die Aufnahme selbst',
  unitSingle: '|x − x_a|, angeglichene Grauwerte (0–1)',
  unitBetween: 'Gewicht jeder Stelle zwischen x_s und x_a (Attribution), willkürliche Einheit',
  unitBetweenIsFilm:
    'Gewicht jeder Stelle zwischen der Aufnahme (x) und x_a (Attribution), willkürliche Einheit; das ähnliche Bild (x_s) ist die Aufnahme selbst',
  unitOther: 'Gewicht jeder Stelle (Attribution), willkürliche Einheit',
  beingChecked: 'Score und Prüfungen folgen',
  ownScaleShort: 'Farben bis zum eigenen Höchstwert der Karte',
  ownScale:
    'Jede Karte ist bis zu ihrem eigenen Höchstwert gefärbt: die Farben zweier Aufnahmen sind nicht vergleichbar.',

  // Display
  output: 'KI-Ausgabe',
  outputHidden: 'Die KI-Ausgabe ist verborgen; Taste {{key}} zeigt sie wieder.',
  outputToggle: 'KI-Ausgabe zeigen (Taste {{key}})',
  maskOn: 'Maske zeigen (Segmentierung)',
  percentile: 'Perzentil',
  percentileValue: '{{percentile}} (oberste {{share}})',
  heatMapOn: 'Wärmekarte zeigen',
  opacity: 'Deckkraft',
  spreadOn: 'Schraffieren, wo die Transformationen uneins sind',
  spreadLegend:
    'Schraffiert, {{share}} dessen, wovon die Karte spricht: dort weichen die Transformationen um mehr als den Wert der Karte ab.',
  spreadLegendShort: 'Schraffiert: dort weichen die Transformationen um mehr als den Wert der Karte ab',
  spreadNone: 'Nirgends weichen die Transformationen um mehr als den Wert der Karte ab.',
  spreadNeedsAverage: 'Wo die Transformationen uneins sind, zeigt nur eine gemittelte Karte.',
  spreadNotStored:
    'Wo die Transformationen uneins sind, ist nicht gespeichert: es lässt sich nicht schraffieren.',
  hatchedShort: 'schraffiert: Transformationen uneins',
  stabilityOfAverage: 'Zur gemittelten Karte dieser Aufnahme: {{words}}',
  showAveraged: 'Die gemittelte Karte zeigen',
  averageNow: 'Über {{count}} Transformationen mitteln',
  colourBar: 'Farbleiste der Wärmekarte',
  emptyMap:
    'Die Karte markiert nichts, darum ist nichts gefärbt: kein Wert liegt über der Untergrenze der Methode, oder alle sind gleich',
  emptyMapShort: 'die Karte markiert nichts: nichts ist gefärbt',
  marksNothing:
    'Bei diesem Perzentil markiert die Karte nichts: kein Wert liegt über der Untergrenze der Methode.',
  marksLess:
    'Die Maske markiert {{share}} des Bildes: mehr liegt nicht über einem Zehntel des Maximums der Karte und über der Untergrenze der Methode.',
  marksLessOfField:
    'Die Maske markiert {{share}} des belichteten Feldes (ohne Ränder und Blenden): mehr liegt nicht über einem Zehntel des Maximums der Karte und über der Untergrenze der Methode.',

  // Generated images
  counterfactual: 'Von KI erzeugte Bilder',
  holdHint:
    'Zeigt das von KI erzeugte Bild an der Stelle der Aufnahme. {{key}} halten für das Gegenbild (x_a).',
  holdHintBoth:
    'Zeigt das von KI erzeugte Bild an der Stelle der Aufnahme. {{key}} halten für das Gegenbild (x_a), Umschalt+{{key}} für das ähnliche Bild (x_s).',
  holdAdversarial: 'Halten: Gegenbild (x_a)',
  holdSimilar: 'Halten: ähnliches Bild (x_s)',
  blink: 'Blinken x_s ↔ x_a',
  blinkFilm: 'Blinken Aufnahme ↔ x_a',
  preparing: 'Bild wird in voller Auflösung vorbereitet…',
  noGenerated: 'Diese Methode erzeugt keine Bilder.',
  generatedNotStored:
    'Ähnliches Bild und Gegenbild (x_s, x_a) werden nicht zurückgelesen; Erklären zeigt sie.',

  // The way to the opposite image, and how sure a map is
  graded: 'Vom ähnlichen zum Gegenbild',
  gradedFromFilm: 'Von der Aufnahme zum Gegenbild',
  gradedWaiting: 'Der Klassifikator wird entlang des Weges befragt…',
  gradedNeedsModel: 'Inzwischen ist ein anderes Modell geladen.',
  gradedLoad: 'Dafür das Modell wieder laden',
  gradedStep: 'Weg zum Gegenbild (x_a)',
  gradedPlay: 'Hin und zurück abspielen',
  gradedPause: 'Anhalten',
  gradedFilm: 'Zurück zur Aufnahme',
  gradedGif: 'Als GIF speichern',
  gradedChange: 'Die Antwort wechselt bei {{places}} des Weges.',
  gradedNoChange: 'Die Antwort wechselt auf dem Weg nicht.',
  gradedCurve: 'Score entlang des Weges, von {{from}} bis {{to}}.',
  generatedBetween: 'KI-ERZEUGTES BILD · {{share}} des Weges zum Gegenbild (x_a) · keine Röntgenaufnahme',
  generatedShortBetween: 'KI-ERZEUGT · {{share}} zu x_a · keine Röntgenaufnahme',
  preparingBetween: 'KI · Bild auf dem Weg zu x_a wird vorbereitet · noch ist dies die Aufnahme',
  preparingShortBetween: 'KI · wird vorbereitet',
  agreeing:
    'Die beiden Hälften der Transformationen ordnen die Stellen gleich (Rangkorrelation {{correlation}}, höchstens 1; Schwelle {{threshold}}). Das sagt, wie gut sich die Karte wiederholt, nicht ob sie stimmt.',
  disagreeing:
    'Die beiden Hälften der Transformationen ordnen die Stellen weniger gleich als üblich (Rangkorrelation {{correlation}}, höchstens 1; Schwelle {{threshold}}).',
  agreementUnjudged:
    'Die beiden Hälften der Transformationen haben eine Rangkorrelation von {{correlation}}; für diese Methode wurde keine Schwelle gemessen.',
  spreadShare:
    'An {{share}} dessen, wovon die Karte spricht, weichen die Transformationen um mehr als den Wert der Karte ab.',
  stabilityUnknown:
    'Ob die Karte der etwas verschobenen, gedrehten oder vergrößerten Aufnahme (ihrer Transformationen) dieselbe wäre, zeigt ein einziger Durchgang nicht: dazu mitteln.',
  stabilityNotStored:
    'Diese Karte ist gemittelt; wie weit ihre Transformationen übereinstimmen, wurde nicht mit ihr gespeichert.',
  stabilityEmpty:
    'Diese Karte ist gemittelt, markiert aber nichts, worin die Transformationen übereinstimmen könnten.',

  // Several explanations of one film, side by side
  made: 'Erklärungen dieser Aufnahme',
  compare: 'Nebeneinander',
  compareStart: 'Vergleichen',
  compareHint:
    'Dieselbe Aufnahme in verbundenen Ansichten, jede mit einer eigenen Karte oder einem eigenen Bild.',
  compareViewports: 'Zahl der Ansichten',
  compareTwo: 'Zwei Ansichten',
  compareFour: 'Vier Ansichten',
  compareEnd: 'Vergleich beenden',
  comparePane: 'Ansicht {{letter}}',
  compareShows: 'Was Ansicht {{letter}} zeigt',
  compareOf: 'Erklärung in Ansicht {{letter}}',
  compareMake: '{{title}}: berechnen',
  compareUnable: 'Dieser Viewer kann die Aufnahme nicht nebeneinander zeigen.',
  imageFilm: 'Aufnahme',
  imageMap: 'Karte',
  imageSimilar: 'Ähnliches Bild (x_s)',
  imageOpposite: 'Gegenbild (x_a)',
  paneAwaited: 'wird erklärt',
  paneMirrored: 'GESPIEGELT',
  paneFilm: 'die Aufnahme, nichts von KI gezeichnet',
  paneNothing: 'nichts von KI gezeichnet',

  // Export
  keep: 'Export',
  saveSeg: 'DICOM SEG ins Archiv speichern',
  saveSegNeedsMask: 'Zum Speichern die Maske einschalten',
  savePicture: 'Bild (PNG)',
  saveMap: 'Karte (NPY)',
  mapFileHint: 'Die Zahlen der Karte, für Programme wie Python (NumPy).',
  working: 'In Arbeit…',
  results: 'DICOM-Objekte',
  resultFseg: 'Karte in Stufen (Fractional SEG)',
  resultGsps: 'Umriss über der Aufnahme (GSPS)',
  resultPm: 'Karte (Parametric Map)',
  resultSbs: 'Aufnahme und Bild nebeneinander (Secondary Capture)',
  resultSc: 'Bild (Secondary Capture)',
  resultShowsFilm: 'zeigt die Pixel der Aufnahme, mit jedem darin eingebrannten Text',
  resultSeg: 'Maske (SEG)',
  resultSr: 'Bericht (SR)',
  resultWay: 'Weg zum Gegenbild (mehrere Einzelbilder, Secondary Capture)',
  resultXa: 'Erzeugtes Bild x_a, keine Röntgenaufnahme (Secondary Capture)',
  saveResults: 'Ins Archiv speichern',
  downloadResults: 'Herunterladen',
  stored: 'Schon in dieser Studie',
  show: 'Zeigen',
  handOver: 'Durch den Dienst erklären',
  handedOver_one: '{{count}} Studie wurde dem Dienst übergeben; die Ergebnisse kommen über das Archiv.',
  handedOver_other: '{{count}} Studien wurden dem Dienst übergeben; die Ergebnisse kommen über das Archiv.',
  notHandedOver: 'Der Dienst hat es nicht angenommen: {{reason}}.',
  others: 'Ergebnisse anderer Software',
  othersHint:
    'Nicht von dieser Erweiterung gemacht und nicht von ihr geprüft. Jedes wird gezeigt, wenn Sie es verlangen; Taste {{key}} blendet es mit aus.',
  otherMap: 'Parametrische Karte',
  otherSegmentation: 'Segmentierung',
  otherGraphics: 'Grafik eines Presentation State',
  otherReport: 'Bereiche eines Berichts',
  otherTag: 'Nicht von dieser Erweiterung',
  otherUnknown: 'Hersteller nicht angegeben',
  otherLayer: 'Gezeigte Karte',
  otherSkipped_one: '{{count}} Grafik daraus lässt sich nicht über einer Aufnahme zeigen.',
  otherSkipped_other: '{{count}} Grafiken daraus lassen sich nicht über einer Aufnahme zeigen.',
  restored: 'Aus dem Archiv gelesen, das die DICOM-Objekte hat.',

  // Compute
  details: 'Rechnen',
  backend: 'Backend',
  backendAuto: 'Automatisch',
  backendWebgpu: 'WebGPU (GPU)',
  backendWebgl: 'WebGL (GPU)',
  backendWasm: 'WebAssembly',
  backendCpu: 'JavaScript (langsam)',
  backendNamed: 'Backend {{name}}',
  backendNotStated: 'Backend nicht angegeben',
  usingChosen: '{{name}} in Gebrauch, wie gewählt.',
  usingFastest: '{{name}} in Gebrauch, hier am schnellsten.',
  usingOnly: '{{name}} in Gebrauch.',
  usingInstead: 'Stattdessen {{name}} in Gebrauch.',
  foundRight: '{{name}}: Werte richtig.',
  foundTimed: '{{name}}: Werte richtig, {{number}} ms in einem Test.',
  foundInsecure:
    '{{name}}: Browser bieten es nur über https und auf localhost an; diese Seite kam über einfaches http.',
  foundAbsent: '{{name}}: von diesem Browser oder Rechner nicht angeboten ({{detail}}).',
  foundSoftware: '{{name}}: hier nur nachgebildet, langsamer als WebAssembly.',
  foundFailed: '{{name}}: läuft nicht ({{detail}}).',
  foundWrong: '{{name}}: nicht benutzt, seine Werte sind um {{share}} falsch.',
  kernelsOwn: 'Eigene Kerne: im Test {{number}}-mal so schnell wie die von TensorFlow.js.',
  kernelsSlower: 'Kerne von TensorFlow.js: die eigenen sind hier langsamer.',
  kernelsWrong: 'Kerne von TensorFlow.js: die eigenen weichen ab ({{detail}}).',
  kernelsFailed: 'Kerne von TensorFlow.js: die eigenen laufen nicht ({{detail}}).',
  averagedOn_one: 'Gemittelt auf {{count}} Worker.',
  averagedOn_other: 'Gemittelt auf {{count}} Workern.',
  averagedMemory: 'Mehr lässt der Speicher dieses Rechners nicht zu.',
  helpersFailed_one: '{{count}} Hilfsworker fiel aus; die anderen übernahmen seinen Teil ({{detail}}).',
  helpersFailed_other: '{{count}} Hilfsworker fielen aus; die anderen übernahmen ihren Teil ({{detail}}).',
  modelsNotKept: 'Der Browser behält Modelle nicht für den nächsten Besuch: diese Seite kommt ohne https.',
  timeLoad: 'Modell laden',
  timeWarmUp: 'Warmlaufen',
  timePreparation: 'Vorbereitung',
  timeClassifier: 'Klassifikator',
  timeExplanation: 'Erklärung',
  timeTotal: 'Gesamt',
  timeReading: 'Lesen aus dem Archiv',
  milliseconds: '{{number}} ms',
  seconds: '{{number}} s',

  // On the film
  generatedAdversarial: 'KI-ERZEUGTES BILD · Gegenbild (x_a){{verdict}} · keine Röntgenaufnahme',
  generatedSimilar: 'KI-ERZEUGTES BILD · ähnliches Bild (x_s){{verdict}} · keine Röntgenaufnahme',
  verdictChanged: ', Entscheidung geändert',
  verdictNotChanged: ', Entscheidung NICHT geändert',
  verdictKept: ', Entscheidung gleich',
  verdictLost: ', Entscheidung VERLOREN',
  verdictIsFilm: ', kein sichtbarer Unterschied zur Aufnahme',
  generatedShortAdversarial: 'KI-ERZEUGT · x_a{{verdict}} · keine Röntgenaufnahme',
  generatedShortSimilar: 'KI-ERZEUGT · x_s{{verdict}} · keine Röntgenaufnahme',
  preparingAdversarial: 'KI · Gegenbild (x_a) wird vorbereitet · dies ist noch die Aufnahme',
  preparingSimilar: 'KI · ähnliches Bild (x_s) wird vorbereitet · dies ist noch die Aufnahme',
  preparingShortAdversarial: 'KI · x_a wird vorbereitet',
  preparingShortSimilar: 'KI · x_s wird vorbereitet',
  tag: 'KI, nur für Forschung',
  notOnGenerated:
    'Hierauf wird nichts gezeichnet: es ist ein KI-erzeugtes Bild und keine Röntgenaufnahme. Messen Sie auf der Aufnahme.',
  tagCaution: 'Vorsicht: siehe Bereich „Explain“',
  narrowTag: 'KI, nur Forschung',
  generatedAnswer: 'Aufnahme: Score {{film}} → dieses erzeugte Bild: {{side}}',
  generatedUnasked: 'Aufnahme: Score {{film}} · dieses erzeugte Bild: nicht bewertet',
  shortAveraged: '{{made}}, Mittel aus {{count}}',
  madeByGenerator: 'Generator {{generator}}',
  shortRestored: 'Archiv',
  sideAbove: 'Score {{score}}, über der Schwelle {{point}}',
  sideNotAbove: 'Score {{score}}, nicht über der Schwelle {{point}}',
  sideAboveOf: '{{name}}, Score {{score}}, über der Schwelle {{point}}',
  sideNotAboveOf: '{{name}}, Score {{score}}, nicht über der Schwelle {{point}}',
  sideClass: '{{name}}, Wahrscheinlichkeit {{score}}',
  shortAbove: 'Score {{score}}, über {{point}}',
  shortNotAbove: 'Score {{score}}, nicht über {{point}}',
  shortAboveOf: '{{name}}, Score {{score}}, über {{point}}',
  shortNotAboveOf: '{{name}}, Score {{score}}, nicht über {{point}}',
  lostHold: 'x_s verliert die Entscheidung',
  lostFlip: 'x_a ändert die Entscheidung NICHT',
  doubtHold: 'Das ähnliche Bild (x_s) behält die Entscheidung NICHT: auf diese Erklärung ist kein Verlass',
  doubtFlip: 'Das Gegenbild (x_a) ändert die Entscheidung NICHT: der Karte kann das Entscheidende fehlen',
  plainDoubtHold:
    'Von KI nachgezeichnet behält diese Aufnahme ihre Antwort NICHT: auf diese Karte ist kein Verlass',
  plainDoubtFlip:
    'Was KI an dieser Aufnahme ändert, kehrt die Antwort NICHT um: der Karte kann das Entscheidende fehlen',
  segmentLabel: 'KI-Erklärung, oberste {{share}}',
  segmentationLabel: 'KI-Erklärung ({{model}}, nur für Forschung)',
  pictureMask: 'Maske: oberste {{share}}',
  pictureClass: '{{name}} · Wahrscheinlichkeit {{score}}',
  pictureAnswer: 'Score {{score}} · Schwelle {{point}} · {{verdict}}',

  // Notices
  saved: 'KI-Erklärung gespeichert',
  notSaved: 'KI-Erklärung nicht gespeichert',
  exported: '{{name}} ausgegeben.',
  exportedMap: '{{name}} und zugehöriges JSON ausgegeben.',
  exportedObjects_one: '{{count}} DICOM-Datei ausgegeben. Sie nennt den Patienten, wie das Bild.',
  exportedObjects_other: '{{count}} DICOM-Dateien ausgegeben. Sie nennen den Patienten, wie das Bild.',
  savedAs: 'Gespeichert als {{names}}.',
  savedNote: 'Im Archiv gespeichert, {{moment}}: {{names}}.',
  alreadyHeld: '{{present}} von {{count}} hatte das Archiv schon.',
  archiveSilent: 'Das Archiv hat nicht gesagt, was es damit tat; bitte nachsehen, ob sie dort sind.',
  savedSeries: 'Serie {{names}}.',
  leftAsItWas:
    'Was da war, vom selben Bild, Modell, denselben Einstellungen und derselben Software-Version, blieb, wie es ist.',
  listedLater: 'In der Liste, sobald die Studie neu geladen wird.',
  leftOut: 'Nicht erzeugt, da die Karte bei diesem Perzentil nichts markiert: {{names}}.',
  earlier_one: 'Die Studie enthält auch eine frühere Erklärung dieses Bildes durch dieses Modell: {{named}}.',
  earlier_other: 'Die Studie enthält auch frühere Erklärungen dieses Bildes durch dieses Modell: {{named}}.',
  earlierVersion: 'Version {{version}}',
  maskFailed: 'Die Maske konnte nicht gezeigt werden: {{reason}}',

  // How to read this, for every eye
  help: 'Wie man das liest',
  helpIntro:
    'Fünf Bilder eines synthetischen Phantoms, erklärt vom Phantom-Modell dieses Viewers. Kein Patient ist zu sehen.',
  helpFilm:
    'Die Aufnahme. Der Klassifikator gibt ihr einen Score zwischen 0 und 1; über der Schwelle lautet seine Antwort „gefunden“. Der Score ist keine Wahrscheinlichkeit einer Krankheit.',
  helpSimilar:
    'Das ähnliche Bild (x_s): von KI erzeugt, mit derselben Antwort. Es zeigt, was der Bildgenerator ohnehin ändert; bei den Modellen dieses Viewers ist es fast die Aufnahme selbst.',
  helpOpposite:
    'Das Gegenbild (x_a): von KI so erzeugt, dass der Klassifikator anders antwortet. Ändert es die Antwort nicht, sagt die Tafel das, und die Karte hat keine Richtung.',
  helpMap:
    'Die Karte: wo sich die beiden unterscheiden; bei anderen Methoden, wo sich zwischen ihnen ändert, worauf der Klassifikator sich stützt. Die Zeile unter den Farben sagt, welches von beiden. Dass dort weniger oder mehr die Antwort ändern würde, sagt sie nicht. Sie ist so grob wie das Raster des Netzes: ihre Ränder sagen nichts.',
  helpMask:
    'Die Maske: die höchsten Werte der Karte, so viele, wie das Perzentil sagt. Sie ist ein Schnitt durch die Karte, nicht der Umriss einer Läsion.',
  helpLimits: 'Was es nicht sagen kann',
  helpLimitReads:
    'Es zeigt, was der Klassifikator liest, nicht wo Krankheit ist. Eine falsche Antwort bekommt eine ebenso überzeugende Karte.',
  helpLimitMisses:
    'Die Stelle, an der die Karte am höchsten ist, liegt oft außerhalb dessen, was Radiologen markiert haben: je nach Methode bei einem Fünftel bis zur Hälfte der Testaufnahmen des Thoraxmodells, und bei der Hälfte der Befunde, die es übersieht. Siehe die Ergebnisse, die zum Modell gehören.',
  helpLimitNegative:
    'Wurde nichts gefunden, sind die Farben kühl: sie kennzeichnen keinen Befund. Die Gegenbilder solcher Aufnahmen ändern sich meist an denselben Stellen: der Ort sagt wenig über diese Aufnahme.',
  helpLimitSwitch:
    'Eine farbige Stelle ist keine Messung, eine ungefärbte keine Entwarnung. Zuerst die Aufnahme lesen; Taste {{key}} blendet alle KI-Ausgabe aus.',
  helpMissing: 'Die Bilder ließen sich nicht laden; die Worte gelten auch ohne sie.',
  panelRegion: 'Erklärung des Klassifikators (KI)',
  runRegion: 'Modell, Methode und Start',
  announceDone: 'Erklärung fertig. {{verdict}}. {{side}}. {{direction}}.',
  announceHidden: 'KI-Ausgabe ausgeblendet',
  announceShown: 'KI-Ausgabe eingeblendet',
  announceAdversarial: 'Das Gegenbild (x_a) wird gezeigt, von KI erzeugt',
  announceSimilar: 'Das ähnliche Bild (x_s) wird gezeigt, von KI erzeugt',
  colours: 'Farben',
  coloursUsual: 'Üblich (warm; kühl, wo nichts gefunden wurde)',
  coloursInferno: 'Inferno (schwarz bis gelb)',
  coloursViridis: 'Viridis (blau bis gelb)',
  coloursCividis: 'Cividis (blau bis gelb, bei Farbenblindheit)',
  coloursDirection: 'Richtung (orange: Belege nehmen ab, blau: zu)',
  coolLegend: 'Kühle Farben: sie kennzeichnen keinen Befund.',
  evidenceDown: 'Orange: im Gegenbild (x_a) spricht hier weniger für {{name}}',
  evidenceUp: 'Blau: hier spricht mehr dafür',
  directionShort: 'orange: in x_a spricht weniger dafür, blau: mehr',

  // Sentences of code that knows no language, found by their English words (`spoken.ts`)
  saidLabelView:
    'Das Modell sagt hier nichts zu {{name}}: Die Projektion ist {{view}}; es ist für {{views}} gemacht.',
  saidLabelNoView:
    'Das Modell sagt hier nichts zu {{name}}: Die Projektion ist nicht angegeben; es ist für {{views}} gemacht.',
  saidLabelAge:
    'Das Modell sagt hier nichts zu {{name}}: Der Patient ist {{age}} Jahre alt; es ist für {{low}} bis {{high}} Jahre gemacht.',
  saidUnranked:
    'Das Modell sagt nichts zu {{name}}: Von seinen Validierungsbildern bewertete es die mit dem Befund niedriger als die ohne.',
  saidUncalibrated:
    'Der Score von {{name}} ist nicht kalibriert und seine Schwelle nicht gemessen: Die Validierungsbilder hatten den Befund alle, oder keines hatte ihn.',
  saidColour: 'Das Bild ist farbig ({{samples}} Werte je Pixel); {{model}} liest Graustufenbilder.',
  saidOwnPicture:
    'Dieses Bild hat diese Erweiterung aus einer Aufnahme gemacht; es ist keine Röntgenaufnahme: öffnen Sie die Aufnahme selbst.',
  saidNotStated: '{{name}} ist nicht angegeben; {{model}} ist für {{allowed}} gemacht.',
  saidIs: '{{name}} ist {{value}}; {{model}} ist für {{allowed}} gemacht.',
  saidTwoViews:
    'Series Description oder Protocol Name nennt eine frontale und eine seitliche Aufnahme; bitte sehen, welche dieses Bild ist.',
  saidFrames: 'Das Bild hat {{count}} Einzelbilder; eines wird erklärt, ohne die anderen.',
  saidTooSmall:
    'Das Bild hat {{columns}} × {{rows}} Pixel; {{model}} braucht mindestens {{minColumns}} × {{minRows}}.',
  saidPhantomOnly:
    '{{model}} ist nur für synthetische Phantome gemacht, und dieses Bild ist nicht als solches gekennzeichnet (Synthetic Data (0008,001C) ist nicht YES).',
  saidNoIntendedUse: 'Die Zweckbestimmung von {{model}} ist nicht angegeben.',
  saidNoApplicability: 'Für welche Bilder {{model}} gemacht ist, ist nicht angegeben.',
  saidNoTrainingData: 'Die Trainingsdaten von {{model}} sind nicht angegeben.',
  saidIsAPhantom: 'Dieses Bild ist ein synthetisches Phantom.',
  saidIsPhantom: 'Dieses Bild ist ein synthetisches Phantom; {{model}} ist für Patienten gemacht.',
  saidRaw:
    'Das Bild besteht aus Rohdaten des Detektors (FOR PROCESSING); {{model}} ist für Bilder FOR PRESENTATION gemacht. Bitte das verarbeitete Bild dieser Aufnahme wählen.',
  saidPolarity:
    'Der Kopf widerspricht sich darin, ob hohe Werte hell oder dunkel sind: {{photometric}} mit Presentation LUT Shape {{shape}} (es muss {{fitting}} sein).',
  saidAgeNotStated:
    'Das Alter des Patienten ist nicht angegeben; {{model}} ist für Personen ab {{years}} Jahren gemacht.',
  saidAgeUnreadable:
    'Patient’s Age (0010,1010) enthält etwas, das kein Alter ist; {{model}} ist für Personen ab {{years}} Jahren gemacht.',
  saidAgeOutside: 'Der Patient ist {{age}} Jahre alt; {{model}} ist für {{from}} bis {{to}} Jahre gemacht.',
  saidAgeNoUnit:
    'Patient’s Age (0010,1010) hat keine Einheit und wird als Jahre gelesen; {{model}} ist für Personen ab {{years}} Jahren gemacht.',
  saidNoModelInstalled: 'Neben der Erweiterung ist kein Modell installiert.',
  saidOutlier:
    'Dieses Bild ist anders als die, mit denen {{model}} trainiert wurde (das {{factor}}-fache des Abstands, den 95 % seiner Validierungsbilder einhalten): seine Antwort kann bedeutungslos sein.',
  saidUnknownKind:
    'Die untersuchte Körperregion (Body Part Examined) ist nicht angegeben, und das Bild ist anders als die, mit denen {{model}} trainiert wurde (das {{factor}}-fache des Abstands, den 95 % seiner Validierungsbilder einhalten): es bekommt keine Antwort.',
  saidBeyondLimit:
    'Das Bild ist anders als die, mit denen {{model}} trainiert wurde (das {{factor}}-fache des Abstands, den 95 % seiner Validierungsbilder einhalten), und weiter von ihnen entfernt als jedes von ihnen: es bekommt keine Antwort.',
  saidShutterAside:
    'Der Header gibt eine Blende an, die {{share}} % des Bildes bedecken würde; sie blieb außer Betracht.',
  saidCollimated: '{{share}} % des Bildes sind eingeblendet (Blende oder Rand) und bleiben außer Betracht.',
  saidSaturated:
    'Das Gegenbild (x_a) ist auf {{share}} % des Bildes schwarz oder weiß, wo die Aufnahme es nicht ist: eine Änderung, die keine Aufnahme zeigen kann.',
  saidConstant: 'Die Karte hat überall denselben Wert: sie markiert nichts.',
  saidBelowFloor:
    'Der größte Wert der Karte ist {{largest}}, nicht über der Untergrenze {{floor}} von {{method}} (eine Graustufe eines 8-Bit-Bildes): sie markiert nichts.',
  saidUnstable:
    'Die Karte ist instabil: die Mittel zweier Hälften ihrer Transformationen stimmen mit einer Rangkorrelation von {{correlation}} überein, unter {{threshold}}, was die meisten Validierungsbilder dieses Modells erreichen. Bitte über mehr Transformationen mitteln.',
  saidResearchOnly: 'Nur für Forschung.',
  saidPhantomNotice: 'Für synthetische Phantome gemacht; über Patienten weiß es nichts.',
  saidOpacity: 'Verschattung',
  saidNoDevice: 'Kein Medizinprodukt; nicht für Diagnose oder Behandlung.',
  saidPneumonia: 'Pneumonie / Lungenverschattung',
  saidNoSeries: 'Das aktive Fenster zeigt keine Serie. Bitte eine Thoraxaufnahme darin öffnen.',
  saidNoViewport: 'Kein Fenster ist aktiv. Bitte ein Bild öffnen und anklicken.',
  saidStillLoading:
    'Der Viewer hat das Bild dieses Fensters noch nicht geladen. Auf Wunsch wird es erklärt, sobald es da ist.',
  saidColourOnly:
    'Das Bild ist farbig ({{samples}} Werte je Pixel); nur Graustufenbilder können erklärt werden.',
  saidNoImage: 'Das Objekt {{kind}} hat kein Bild, das der Viewer zeigen kann; es gibt nichts zu erklären.',
  saidOfModality: 'der Modalität {{modality}}',
  saidOnDisplay: 'in der Anzeige',
  saidNotDrawn:
    'Der Viewer kann dieses Bild nicht zeichnen{{reason}}. Eine Erklärung ließe sich nicht neben ihrer Aufnahme ansehen, darum wird keine erstellt. Bitte den Kopf berichtigen lassen oder „explain run“ verwenden, das keinen Pixelabstand braucht.',
  saidPhotometric:
    'Die Photometric Interpretation ist {{value}}; nur MONOCHROME1 und MONOCHROME2 können erklärt werden.',
  saidNoPixels:
    'Der Viewer hat keine Pixel dieses Bildes: es hat keine, oder es ließ sich nicht entschlüsseln (abgeschnittene oder beschädigte Datei).',
  saidTruncated:
    'Das Bild nennt {{columns}} × {{rows}} Pixel, enthält aber {{count}}: die Datei ist abgeschnitten oder beschädigt.',
  saidNoNumber: '{{keyword}} ist keine Zahl.',
  saidSlopeZero: 'Rescale Slope ist 0, womit jedes Pixel gleich wäre.',
  saidLevelsLost:
    'Mit Rescale Slope {{slope}} und Rescale Intercept {{intercept}} ließen sich Grauwerte des Bildes nicht unterscheiden (einfache Genauigkeit). Bitte den Header berichtigen lassen.',
  saidMirrored:
    'Patient Orientation (0020,0020) ist {{orientation}}: die Aufnahme ist gespiegelt, links des Patienten liegt links; {{model}} ist für ungespiegelte Aufnahmen gemacht.',
  saidTurned:
    'Patient Orientation (0020,0020) ist {{orientation}}: die Aufnahme ist gedreht; {{model}} ist für aufrechte frontale Aufnahmen ({{upright}}) gemacht.',
  saidForgotten: 'Diese Erklärung wird nicht mehr vorgehalten; bitte erneut erklären.',
  saidImageForgotten: 'Das Bild wird nicht mehr vorgehalten; bitte erneut erklären.',
  saidNoUsableModel: 'Kein brauchbares Modell unter {{place}}. {{reasons}}',
  saidNoMethod: '{{model}} enthält nichts, womit eine der Methoden etwas anfangen könnte.',
  saidWorkerStart:
    'Der Rechenprozess {{url}} startet nicht ({{reasons}}). Bitte prüfen, ob die Datei ausgeliefert wird und die Content-Security-Policy der Seite sie erlaubt: {{policy}}',
  saidComputeWorker: 'Der Rechenprozess',
  saidWorkerLost: '{{worker}} wurde vom Browser beendet, vielleicht aus Speichermangel.',
  saidWorkerSilent: '{{worker}} antwortet seit {{time}} nicht.',
  saidWorkerAdvice: 'Erklären startet ihn neu; oder ein anderes Backend wählen.',
  saidMemory:
    'Den Netzen ging der Speicher aus ({{reason}}). Bitte andere Seiten schließen oder über weniger Transformationen mitteln; dann erneut erklären.',
  saidContextLost:
    'Der Browser hat den Grafikkontext entzogen (Treiber neu gestartet, Ruhezustand oder zu viele Seiten auf der GPU). Erklären versucht die GPU erneut; WebAssembly braucht keine GPU.',
  saidStored: 'Diese Erklärung wurde aus dem Archiv gelesen, das ihre Objekte hat.',
  saidRestored:
    'Diese Erklärung kommt aus dem Archiv. Erneut erklären, um eine neue zu erstellen und zu speichern.',
  saidWrongSize:
    'Die gespeicherte Karte hat {{mapColumns}} × {{mapRows}} Pixel, das Bild {{columns}} × {{rows}}: sie gehört zu einem anderen Bild.',
  saidStoredScore:
    'Das gespeicherte Ergebnis nennt einen Score von {{score}}; Scores liegen zwischen 0 und 1.',
  saidStoredContradicts:
    'Das gespeicherte Ergebnis widerspricht sich: {{what}} folgt nicht aus seinen Scores und seinem Arbeitspunkt.',
  saidStoredIdentifier:
    'Die Kennung des gespeicherten Ergebnisses folgt nicht aus Bild, Modell und Einstellungen, die es nennt.',
  saidStoredRange:
    'Die gespeicherte Karte enthält Werte von {{least}} bis {{largest}}, die {{method}} nicht liefert.',
  saidStoredFrames: 'Die gespeicherte Karte gibt {{frames}} Einzelbilder an; ein Ergebnis hat eines.',
  saidStoredElse: 'Das Archiv hat ein anderes Objekt geschickt, als es aufführt.',
  saidStoredScoreDiffers:
    'Der gespeicherte Score {{stored}} ist nicht, was dieses Modell für dieses Bild ergibt: {{given}}.',
  saidStoredPoint: 'Der gespeicherte Arbeitspunkt {{stored}} ist nicht der dieses Modells, {{given}}.',
  saidStoredClasses:
    'Das gespeicherte Ergebnis nennt andere Klassen ({{stored}}), als dieses Modell hat ({{given}}).',
  saidStoredNotOurs: 'Es wurde verändert oder stammt nicht von dieser Software; es wird nicht gezeigt.',
  saidStoredUnverified:
    'Dieses gespeicherte Ergebnis konnte nicht überprüft werden: {{model}} mit den Dateien, die es nennt, ist hier nicht installiert.',
  saidStoredVersion:
    'Version {{software}} hat den Score {{stored}} gespeichert; diese Version ergibt {{given}} für dieses Bild.',
  saidNotFetched: 'Das gespeicherte Objekt ließ sich nicht holen: {{reason}}.',
  saidOtherNotOf: 'Das Objekt bezieht sich nicht auf dieses Bild.',
  saidOtherShape:
    'Das Objekt hat {{object}} Pixel, das Bild {{image}}: Sie lassen sich nicht übereinanderlegen.',
  saidOtherElsewhere: 'Das Objekt liegt an einem anderen Ort im Raum als das Bild.',
  saidOtherTooMuch:
    'Das Objekt enthält weit mehr, als sich über einem Bild zeigen lässt (mehr als {{most}}); nichts davon wird gezeigt.',
  saidOtherNotFinite: 'Das Objekt enthält Werte, die nicht endlich sind.',
  saidOtherContradicts: 'Das Objekt widerspricht sich: {{what}}.',
  saidOtherNothing: 'Das Objekt enthält nichts, was sich über einem Bild zeigen lässt.',
  saidOtherCoding:
    'Die Pixel des Objekts sind auf eine Weise komprimiert, die hier nicht gelesen wird ({{name}}).',
  saidFrameUnknown:
    'Der Viewer sagt nicht, welches Einzelbild er zeigt; kein Objekt könnte darauf verweisen.',
  saidCannotStore:
    'Die aktive Datenquelle kann keine Objekte speichern. Nichts wurde gespeichert; die Objekte stattdessen herunterladen.',
  saidNotTaken: 'Das Archiv hat dieses Objekt nicht angenommen: {{object}} ({{reason}}).',
  saidSavedBefore: 'Vor ihm gespeicherte Objekte: {{count}}.',
  saidTryAgain: 'Im Viewer ging nichts verloren: bitte erneut versuchen.',
  saidLogIn: 'Im Viewer ging nichts verloren: bitte neu anmelden, dann erneut versuchen.',
  saidNoAnswer: 'keine Antwort: die Verbindung brach ab oder führte zu einem anderen Rechner',
  saidNotReady: 'Das Fenster ist noch nicht bereit zum Ausgeben. Bitte erneut versuchen.',
  saidNoneChosen: 'Kein Objekt ist gewählt; bitte mindestens eines wählen.',
  // Answer
  answerTitle: 'Ihre Antwort',
  answerQuestion: 'Zeigt die Karte, worauf es für den Befund ankommt?',
  answerAgree: 'Ja, stimme zu',
  answerDisagree: 'Nein, stimme nicht zu',
  answerUnsure: 'Unsicher',
  answerMark: 'Meine Markierung nehmen',
  answerMarkHint:
    'Nimmt das Rechteck oder den Umriss, der auf dieser Aufnahme ausgewählt ist oder zuletzt gezeichnet wurde.',
  answerMarkOnGenerated:
    'Diese Markierung wurde gezeichnet, während ein erzeugtes Bild zu sehen war, und wird nicht übernommen. Zeichnen Sie sie auf der Aufnahme.',
  answerNoMark:
    'Auf dieser Aufnahme ist kein Rechteck oder geschlossener Umriss: zeichnen Sie einen mit den Werkzeugen des Viewers.',
  answerHit: 'in der Markierung',
  answerMiss: 'außerhalb',
  answerNote: 'Notiz (keine Patientendaten)',
  answerKeep: 'In diesem Browser behalten',
  answerKept: 'In diesem Browser gespeichert.',
  answerFirst: 'Sagen Sie zuerst, ob Sie zustimmen.',
  answerClear: 'Alle löschen',
  answerCount: 'In diesem Browser gespeicherte Antworten: {{count}}',
  answerMap: 'Karte',
  answerOverlap: 'Überlappung (IoU)',
  overlapHint:
    'Gemeinsame Fläche von Markierung und Maske, an der Fläche beider zusammen; 1: dieselbe Fläche.',
  answerPeak: 'Maximum',
  answerDistance: 'Abstand',
  answerAtDetector: '{{number}} mm am Detektor',
  answerReader: 'Wer antwortet: Name oder Code',
  answerReaderHint: 'Steht in der gespeicherten Antwort und in der Ergebnisliste.',
  answerNoReader: 'Sagen Sie zuerst, wer antwortet: Name oder Code.',
  answerAttest: 'Ich bestätige diese Antwort im Namen von {{organization}}',
  answerSave: 'Antwort im Archiv speichern (SR)',
  answerObject: 'Antwort (SR)',
  answerVerified: 'bestätigt',
  answerMarked: 'mit Markierung',
};
