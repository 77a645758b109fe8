import type { Texts } from './en';

export const es: Texts = {
  // Panel and toolbar
  panelLabel: 'Explicar',
  panelTitle: 'Explicación de la respuesta del clasificador',
  studyPanelLabel: 'Estudio',
  noStudy: 'El estudio de lectores no puede realizarse',
  buttonLabel: 'Explicar',
  buttonTooltip: 'Explicar la respuesta del clasificador a esta radiografía (solo para investigación)',
  researchOnly: 'IA – solo para investigación',
  research: 'Solo para investigación',
  failedPanel: 'Este panel ha fallado; el visor en sí no está afectado.',
  tryAgain: 'Reintentar',
  dismiss: 'Cerrar',
  percent: '{{number}} %',

  // Run
  explain: 'Explicar esta imagen',
  explainAgain: 'Explicar de nuevo',
  refusedHint: 'Aquí no hay nada que este modelo explique; el motivo se indica arriba',
  cancel: 'Cancelar',
  clear: 'Borrar',
  nothingYet: 'Pulse Explicar para que se explique la respuesta del clasificador. Antes no se dibuja nada.',
  pressedStarting: 'Iniciando el cálculo…',
  pressedLoading: 'Cargando el modelo…',
  pressedWarming: 'Preparando el modelo…',
  pressedReading: 'Leyendo el resultado guardado…',
  pressedRunning: 'Explicando…',
  transformsDone: '{{transforms}} de {{count}} transformaciones',
  model: 'Modelo',
  automatic: 'Automático',
  automaticWith: 'Automático: {{title}}',
  version: 'Versión {{version}}',
  aucTest: 'AUC {{auc}}, medida en {{count}} imágenes de prueba',
  aucPhantoms: 'AUC {{auc}}, medida en {{count}} fantomas',
  aucInterval: '{{value}} (intervalo del 95 % {{low}}–{{high}})',
  aucHint:
    'AUC: cuántas veces la puntuación sitúa una radiografía con el hallazgo por encima de una sin él; 1: siempre, 0,5: como el azar.',
  unusableModel: 'El modelo {{id}} se rechaza',
  notApplicable: 'Ningún modelo se ajusta a esta imagen',
  notApplicableTo: '«{{title}}» no se ajusta a esta imagen',
  caution: 'Precaución',
  method: 'Método',
  generator: 'Generador',
  generatorHint: 'La red que hace la imagen similar y la opuesta.',
  methodMissing: '{{title}} (no está en este modelo)',
  methodDifference:
    'Muestra dónde difiere la imagen opuesta (x_a): la radiografía, cambiada por la IA hasta que el clasificador da la otra respuesta.',
  methodEvidence:
    'Indicios: lo que, para este clasificador, habla a favor del hallazgo. Muestra dónde cambian en el recorrido a la imagen opuesta (x_a): la radiografía, cambiada por la IA hasta que el clasificador da la otra respuesta.',
  methodBoth:
    'Indicios: lo que, para este clasificador, habla a favor del hallazgo. Muestra dónde están y dónde difiere la imagen opuesta (x_a): la radiografía, cambiada por la IA hasta que el clasificador da la otra respuesta.',
  methodSensitivity: 'Muestra dónde un pequeño cambio de los niveles de gris cambiaría más la puntuación.',
  methodImportance: 'Muestra qué lugares cuentan más para la respuesta, según lo calcula este método.',
  resultOf: 'Resultado de {{title}}',
  resultOfHint: 'Todo lo siguiente es de {{model}}, no del modelo elegido arriba.',
  stale: 'Explique de nuevo para aplicarlo.',
  averaging: 'Promediar sobre transformaciones',
  averagingHint:
    'Media sobre desplazamientos, giros, ampliaciones y reflejos aleatorios de la radiografía; más estable, y tantas veces más lento.',
  count: 'Número de transformaciones',
  numberLimited: 'de {{min}} a {{max}}: se toma {{value}}',
  numberKept: 'vacío: se mantiene {{value}}',
  useWasm: 'Continuar con WebAssembly',

  // Findings of a model of several labels
  labelToExplain: 'Hallazgo que explicar',
  labelAutomatic: 'Automático: el primero de los encontrados',
  labelsTitle: 'Hallazgos',
  labelsHint: 'Pulse uno para explicarlo. La línea es su puntuación; la marca, su umbral.',
  labelsHintOpposite:
    'Pulse uno para explicarlo. La línea es su puntuación; la marca, su umbral; tras la flecha, la puntuación de la imagen opuesta.',
  labelsFound: 'Por encima de su umbral: {{count}}',
  labelsNotFound: 'No por encima: {{count}}',
  labelsMore: '{{count}} más, no por encima de su umbral',
  labelSilent: '{{name}}: el modelo no dice nada de esto aquí',
  labelsKept: 'La imagen opuesta deja los demás hallazgos como están.',
  labelsNoneChanged: 'La imagen opuesta deja los demás hallazgos como están, pero tampoco cambia este.',
  labelsMoved: 'La imagen opuesta también cambia: {{names}}. El mapa puede mostrarlos también.',
  labelSaid: '{{name}}, puntuación {{score}}, umbral {{point}}',

  // Score
  score: 'Puntuación',
  probability: 'Probabilidad',
  scoreNote: 'Una puntuación del clasificador, no una probabilidad de enfermedad.',
  threshold: 'Umbral',
  nearAbove: 'Cerca del umbral: {{distance}} por encima.',
  nearNotAbove: 'Cerca del umbral: a {{distance}}.',
  nearOnWay: 'Cerca de la otra respuesta: cambia al {{share}} del recorrido a la imagen opuesta (x_a).',
  measuredTest:
    'En el umbral: sensibilidad {{sensitivity}} de {{positives}} imágenes de prueba con el hallazgo, especificidad {{specificity}} de {{negatives}} sin él',
  measuredPhantoms:
    'En el umbral: sensibilidad {{sensitivity}} de {{positives}} fantomas con el hallazgo, especificidad {{specificity}} de {{negatives}} sin él',
  measuredView:
    'Proyección {{view}}: sensibilidad {{sensitivity}} de {{positives}}, especificidad {{specificity}} de {{negatives}}',
  measuredInterval: '{{value}} ({{low}}–{{high}})',
  found: 'Encontrado por este clasificador: {{name}}',
  notFound: 'No encontrado por este clasificador: {{name}}',
  likeliest: 'La más probable de {{count}} clases: {{name}}',
  negativeMap: 'El mapa no marca ningún hallazgo.',
  unasked: 'Lo que este clasificador no conoce no se ha buscado.',
  negativePlace:
    'Las imágenes opuestas (x_a) de tales radiografías suelen cambiar en los mismos lugares: el lugar dice poco de esta radiografía.',
  plainNegativePlace:
    'La IA suele cambiar tales radiografías en los mismos lugares: el lugar dice poco de esta radiografía.',
  negativeTiny: 'ningún hallazgo marcado',
  negativeShort: 'ningún hallazgo marcado: el lugar dice poco',
  uncoloured:
    'También los lugares sin color pueden estar enfermos: el mapa muestra lo que decidió, no todo lo que hay. Su contorno es el del método, no el de una lesión.',
  similarHolds: 'La imagen similar (x_s) mantiene la decisión, puntuación {{score}}',
  similarLost:
    'La imagen similar (x_s) NO mantiene la decisión, puntuación {{score}}: no confíe en esta explicación',
  oppositeFlips: 'La imagen opuesta (x_a) cambia la decisión, puntuación {{score}}',
  oppositeGrey:
    'Donde la imagen opuesta (x_a) quita un hallazgo suele ser una mancha de gris uniforme de bordes duros, o una barra, que ninguna radiografía tiene: no la interprete. No sabe qué hay detrás, como vasos y costillas.',
  oppositeGreyShort: 'no sabe qué hay detrás de un hallazgo',
  oppositeLost:
    'La imagen opuesta (x_a) NO cambia la decisión, puntuación {{score}}: al mapa puede faltarle lo que decidió',
  similarIsFilm:
    'La imagen similar (x_s) es la propia radiografía (ninguna diferencia visible: PSNR, una medida de semejanza, superior a 60 dB): que mantenga la decisión no dice nada.',
  similarIsFilmPair:
    'La imagen similar (x_s) es la propia radiografía (ninguna diferencia visible: PSNR, una medida de semejanza, superior a 60 dB): que mantenga la decisión no dice nada, y el mapa es |x − x_a|.',
  similarIsFilmOther:
    'La imagen similar (x_s) es la propia radiografía (ninguna diferencia visible: PSNR, una medida de semejanza, superior a 60 dB): que mantenga la decisión no dice nada, y el mapa compara la propia radiografía con la imagen opuesta (x_a).',
  averagedOver_one: '{{made}}, media de {{count}} transformación',
  averagedOver_other: '{{made}}, media de {{count}} transformaciones',
  fromArchive: 'leído del archivo',
  unverified: 'sin verificar',
  timeNotStated: 'hora no indicada',

  // What the colours are
  colouredDifference: 'En color: donde difiere la imagen opuesta (x_a)',
  colouredEvidence:
    'En color: donde cambian los indicios del clasificador en el recorrido a la imagen opuesta (x_a)',
  colouredBoth: 'En color: donde están los indicios del clasificador y difiere la imagen opuesta (x_a)',
  colouredSensitivity: 'En color: donde un pequeño cambio de la imagen cambiaría más la puntuación',
  colouredImportance: 'En color: donde el método sitúa lo que cuenta para la respuesta',
  colouredNotFlipped:
    'La imagen opuesta (x_a) NO cambió la respuesta: los colores no muestran qué la cambiaría',
  shortDifference: 'donde difiere x_a',
  shortEvidence: 'donde cambian los indicios en el recorrido a x_a',
  shortBoth: 'donde están los indicios y difiere x_a',
  plainDifference: 'En color: donde la IA cambia la radiografía para invertir la respuesta del clasificador',
  plainEvidence:
    'En color: donde cambian los indicios del clasificador cuando la IA cambia la radiografía para invertir su respuesta',
  plainBoth:
    'En color: donde están los indicios del clasificador y la IA cambia la radiografía para invertir su respuesta',
  shortSensitivity: 'donde un pequeño cambio cambia más la puntuación',
  shortImportance: 'donde el método sitúa lo que cuenta',
  unitUnknown: 'unidad desconocida aquí: método de otra versión',
  unitPair: '|x_s − x_a|, nivel de gris ecualizado (0–1)',
  unitPairIsFilm:
    '|x − x_a|, nivel de gris ecualizado (0–1); la imagen similar (x_s) es la propia radiografía',
  unitSingle: '|x − x_a|, nivel de gris ecualizado (0–1)',
  unitBetween: 'peso de cada lugar entre x_s y x_a (atribución), unidad arbitraria',
  unitBetweenIsFilm:
    'peso de cada lugar entre la radiografía (x) y x_a (atribución), unidad arbitraria; la imagen similar (x_s) es la propia radiografía',
  unitOther: 'peso de cada lugar (atribución), unidad arbitraria',
  beingChecked: 'siguen la puntuación y las comprobaciones',
  ownScaleShort: 'colores hasta el máximo propio del mapa',
  ownScale:
    'Cada mapa se colorea hasta su propio máximo: los colores de dos radiografías no son comparables.',

  // Display
  output: 'Resultado de la IA',
  outputHidden: 'La salida de la IA está oculta; la tecla {{key}} vuelve a mostrarla.',
  outputToggle: 'Mostrar el resultado de la IA (tecla {{key}})',
  maskOn: 'Mostrar la máscara (segmentación)',
  percentile: 'Percentil',
  percentileValue: '{{percentile}} ({{share}} superior)',
  heatMapOn: 'Mostrar el mapa de calor',
  opacity: 'Opacidad',
  spreadOn: 'Rayar donde las transformaciones discrepan',
  spreadLegend:
    'Rayado, {{share}} de lo que el mapa señala: allí las transformaciones difieren más que el propio valor del mapa.',
  spreadLegendShort: 'Rayado: allí las transformaciones difieren más que el propio valor del mapa',
  spreadNone: 'En ningún lugar difieren las transformaciones más que el propio valor del mapa.',
  spreadNeedsAverage: 'Dónde discrepan las transformaciones, solo lo muestra un mapa promediado.',
  spreadNotStored: 'Dónde discrepan las transformaciones no está guardado: no se puede rayar.',
  hatchedShort: 'rayado: las transformaciones discrepan',
  stabilityOfAverage: 'Del mapa promediado de esta radiografía: {{words}}',
  showAveraged: 'Mostrar el mapa promediado',
  averageNow: 'Promediar sobre {{count}} transformaciones',
  colourBar: 'Escala de colores del mapa de calor',
  emptyMap:
    'El mapa no marca nada, así que nada está coloreado: ningún valor supera el mínimo del método, o todos son iguales',
  emptyMapShort: 'el mapa no marca nada: nada está coloreado',
  marksNothing: 'En este percentil el mapa no marca nada: ningún valor supera el mínimo del método.',
  marksLess:
    'La máscara marca {{share}} de la imagen: nada más supera la décima parte del máximo del mapa y el mínimo del método.',
  marksLessOfField:
    'La máscara marca {{share}} del campo expuesto (sin bordes ni obturadores): nada más supera la décima parte del máximo del mapa y el mínimo del método.',

  // Generated images
  counterfactual: 'Imágenes generadas por IA',
  holdHint:
    'Muestra la imagen generada por la IA en lugar de la radiografía. Mantenga {{key}} para la imagen opuesta (x_a).',
  holdHintBoth:
    'Muestra la imagen generada por la IA en lugar de la radiografía. Mantenga {{key}} para la imagen opuesta (x_a), Mayús+{{key}} para la imagen similar (x_s).',
  holdAdversarial: 'Mantenga pulsado: imagen opuesta (x_a)',
  holdSimilar: 'Mantenga pulsado: imagen similar (x_s)',
  blink: 'Alternar x_s ↔ x_a',
  blinkFilm: 'Alternar radiografía ↔ x_a',
  preparing: 'Preparando la imagen a resolución completa…',
  noGenerated: 'Este método no produce imágenes.',
  generatedNotStored:
    'Las imágenes similar y opuesta (x_s, x_a) no se vuelven a leer; pulse Explicar para verlas.',

  // The way to the opposite image, and how sure a map is
  graded: 'De la imagen similar a la imagen opuesta',
  gradedFromFilm: 'De la radiografía a la imagen opuesta',
  gradedWaiting: 'Se consulta al clasificador a lo largo del recorrido…',
  gradedNeedsModel: 'Entretanto está cargado otro modelo.',
  gradedLoad: 'Volver a cargar el modelo para esto',
  gradedStep: 'Recorrido hacia la imagen opuesta (x_a)',
  gradedPlay: 'Reproducir ida y vuelta',
  gradedPause: 'Pausa',
  gradedFilm: 'Volver a la radiografía',
  gradedGif: 'Guardar como GIF',
  gradedChange: 'La respuesta cambia al {{places}} del recorrido.',
  gradedNoChange: 'La respuesta no cambia en el recorrido.',
  gradedCurve: 'Puntuación a lo largo del recorrido, de {{from}} a {{to}}.',
  generatedBetween:
    'IMAGEN GENERADA POR IA · {{share}} del recorrido hacia la imagen opuesta (x_a) · no es una radiografía',
  generatedShortBetween: 'GENERADA POR IA · {{share}} hacia x_a · no es radiografía',
  preparingBetween: 'IA · preparando la imagen hacia x_a · esta es aún la radiografía',
  preparingShortBetween: 'IA · preparando',
  agreeing:
    'Las dos mitades de las transformaciones ordenan los lugares igual (correlación de rangos {{correlation}}, 1 como máximo; umbral {{threshold}}). Eso dice cuánto se repite el mapa, no si acierta.',
  disagreeing:
    'Las dos mitades de las transformaciones ordenan los lugares menos igual de lo habitual (correlación de rangos {{correlation}}, 1 como máximo; umbral {{threshold}}).',
  agreementUnjudged:
    'Las dos mitades de las transformaciones tienen una correlación de rangos de {{correlation}}; no se midió ningún umbral para este método.',
  spreadShare:
    'En {{share}} de lo que el mapa señala, las transformaciones difieren más que el propio valor del mapa.',
  stabilityUnknown:
    'Una sola pasada no dice si el mapa sería el mismo con la radiografía algo desplazada, girada o ampliada (sus transformaciones): promedie para saberlo.',
  stabilityNotStored: 'Este mapa está promediado; el acuerdo de sus transformaciones no se guardó con él.',
  stabilityEmpty:
    'Este mapa está promediado, pero no marca nada en que las transformaciones pudieran coincidir.',

  // Several explanations of one film, side by side
  made: 'Explicaciones de esta radiografía',
  compare: 'Lado a lado',
  compareStart: 'Comparar',
  compareHint: 'La misma radiografía en ventanas enlazadas, cada una con su propio mapa o imagen.',
  compareViewports: 'Número de ventanas',
  compareTwo: 'Dos ventanas',
  compareFour: 'Cuatro ventanas',
  compareEnd: 'Terminar la comparación',
  comparePane: 'Ventana {{letter}}',
  compareShows: 'Lo que muestra la ventana {{letter}}',
  compareOf: 'Explicación en la ventana {{letter}}',
  compareMake: '{{title}}: calcular',
  compareUnable: 'Este visor no puede mostrar la radiografía lado a lado.',
  imageFilm: 'Radiografía',
  imageMap: 'Mapa',
  imageSimilar: 'Imagen semejante (x_s)',
  imageOpposite: 'Imagen opuesta (x_a)',
  paneAwaited: 'se está explicando',
  paneMirrored: 'EN ESPEJO',
  paneFilm: 'la radiografía, nada dibujado por IA',
  paneNothing: 'nada dibujado por IA',

  // Export
  keep: 'Exportar',
  saveSeg: 'Guardar el DICOM SEG en el archivo',
  saveSegNeedsMask: 'Active la máscara para guardarla',
  savePicture: 'Imagen (PNG)',
  saveMap: 'Mapa (NPY)',
  mapFileHint: 'Los números del mapa, para programas como Python (NumPy).',
  working: 'En curso…',
  results: 'Objetos DICOM',
  resultFseg: 'Mapa en niveles (SEG fraccional)',
  resultGsps: 'Contorno sobre la radiografía (GSPS)',
  resultPm: 'Mapa (Parametric Map)',
  resultSbs: 'Radiografía e imagen una al lado de la otra (Secondary Capture)',
  resultSc: 'Imagen (Secondary Capture)',
  resultShowsFilm: 'muestra los píxeles de la radiografía, con todo texto grabado en ellos',
  resultSeg: 'Máscara (SEG)',
  resultSr: 'Informe (SR)',
  resultWay: 'Camino a la imagen opuesta (Secondary Capture de varios cuadros)',
  resultXa: 'Imagen generada x_a, no es una radiografía (Secondary Capture)',
  saveResults: 'Guardar en el archivo',
  downloadResults: 'Descargar',
  stored: 'Ya en este estudio',
  show: 'Mostrar',
  handOver: 'Explicar con el servicio',
  handedOver_one: '{{count}} estudio se ha entregado al servicio; sus resultados llegan por el archivo.',
  handedOver_other: '{{count}} estudios se han entregado al servicio; sus resultados llegan por el archivo.',
  notHandedOver: 'El servicio no lo ha aceptado: {{reason}}.',
  others: 'Resultados de otro software',
  othersHint:
    'No los ha hecho ni comprobado esta extensión. Cada uno se muestra cuando usted lo pide; la tecla {{key}} también lo oculta.',
  otherMap: 'Mapa paramétrico',
  otherSegmentation: 'Segmentación',
  otherGraphics: 'Gráficos de un estado de presentación',
  otherReport: 'Regiones de un informe',
  otherTag: 'No es de esta extensión',
  otherUnknown: 'fabricante no indicado',
  otherLayer: 'Mapa mostrado',
  otherSkipped_one: '{{count}} de sus gráficos no puede mostrarse sobre una radiografía.',
  otherSkipped_other: '{{count}} de sus gráficos no pueden mostrarse sobre una radiografía.',
  restored: 'Leído del archivo, que tiene los objetos DICOM.',

  // Compute
  details: 'Cálculo',
  backend: 'Motor',
  backendAuto: 'Automático',
  backendWebgpu: 'WebGPU (GPU)',
  backendWebgl: 'WebGL (GPU)',
  backendWasm: 'WebAssembly',
  backendCpu: 'JavaScript (lento)',
  backendNamed: 'motor {{name}}',
  backendNotStated: 'motor no indicado',
  usingChosen: 'En uso: {{name}}, como se eligió.',
  usingFastest: 'En uso: {{name}}, el más rápido aquí.',
  usingOnly: 'En uso: {{name}}.',
  usingInstead: 'En su lugar se usa {{name}}.',
  foundRight: '{{name}}: valores correctos.',
  foundTimed: '{{name}}: valores correctos, {{number}} ms en una prueba.',
  foundInsecure:
    '{{name}}: los navegadores solo lo ofrecen por https y en localhost; esta página llegó por http simple.',
  foundAbsent: '{{name}}: este navegador o equipo no lo ofrece ({{detail}}).',
  foundSoftware: '{{name}}: aquí solo emulado, más lento que WebAssembly.',
  foundFailed: '{{name}}: no funciona ({{detail}}).',
  foundWrong: '{{name}}: no se usa, sus valores difieren en un {{share}}.',
  kernelsOwn: 'Núcleos propios: {{number}} veces más rápidos que los de TensorFlow.js en una prueba.',
  kernelsSlower: 'Núcleos de TensorFlow.js: los propios son más lentos aquí.',
  kernelsWrong: 'Núcleos de TensorFlow.js: los propios difieren de ellos ({{detail}}).',
  kernelsFailed: 'Núcleos de TensorFlow.js: los propios no funcionan ({{detail}}).',
  averagedOn_one: 'Promediado en {{count}} worker.',
  averagedOn_other: 'Promediado en {{count}} workers.',
  averagedMemory: 'La memoria de este equipo no permite más.',
  helpersFailed_one: '{{count}} worker auxiliar falló; los demás hicieron su parte ({{detail}}).',
  helpersFailed_other: '{{count}} workers auxiliares fallaron; los demás hicieron su parte ({{detail}}).',
  modelsNotKept: 'El navegador no guarda los modelos para la próxima visita: esta página se sirve sin https.',
  timeLoad: 'Carga del modelo',
  timeWarmUp: 'Arranque',
  timePreparation: 'Preparación',
  timeClassifier: 'Clasificador',
  timeExplanation: 'Explicación',
  timeTotal: 'Total',
  timeReading: 'Lectura del archivo',
  milliseconds: '{{number}} ms',
  seconds: '{{number}} s',

  // On the film
  generatedAdversarial: 'IMAGEN GENERADA POR IA · imagen opuesta (x_a){{verdict}} · no es radiografía',
  generatedSimilar: 'IMAGEN GENERADA POR IA · imagen similar (x_s){{verdict}} · no es radiografía',
  verdictChanged: ', decisión cambiada',
  verdictNotChanged: ', decisión NO cambiada',
  verdictKept: ', decisión mantenida',
  verdictLost: ', decisión PERDIDA',
  verdictIsFilm: ', sin diferencia visible con la radiografía',
  generatedShortAdversarial: 'GENERADA POR IA · x_a{{verdict}} · no es radiografía',
  generatedShortSimilar: 'GENERADA POR IA · x_s{{verdict}} · no es radiografía',
  preparingAdversarial: 'IA · preparando la imagen opuesta (x_a) · esto es aún la radiografía',
  preparingSimilar: 'IA · preparando la imagen similar (x_s) · esto es aún la radiografía',
  preparingShortAdversarial: 'IA · preparando x_a',
  preparingShortSimilar: 'IA · preparando x_s',
  tag: 'IA, solo para investigación',
  notOnGenerated:
    'Aquí no se dibuja nada: es una imagen generada por IA y no una radiografía. Mida sobre la radiografía.',
  tagCaution: 'Atención: véase el panel',
  narrowTag: 'IA, solo investigación',
  generatedAnswer: 'Radiografía: puntuación {{film}} → esta imagen generada: {{side}}',
  generatedUnasked: 'Radiografía: puntuación {{film}} · esta imagen generada: sin puntuar',
  shortAveraged: '{{made}}, media de {{count}}',
  madeByGenerator: 'generador {{generator}}',
  shortRestored: 'archivo',
  sideAbove: 'Puntuación {{score}}, por encima del umbral {{point}}',
  sideNotAbove: 'Puntuación {{score}}, no por encima del umbral {{point}}',
  sideAboveOf: '{{name}}, puntuación {{score}}, por encima del umbral {{point}}',
  sideNotAboveOf: '{{name}}, puntuación {{score}}, no por encima del umbral {{point}}',
  sideClass: '{{name}}, probabilidad {{score}}',
  shortAbove: 'Puntuación {{score}}, por encima de {{point}}',
  shortNotAbove: 'Puntuación {{score}}, no por encima de {{point}}',
  shortAboveOf: '{{name}}, puntuación {{score}}, por encima de {{point}}',
  shortNotAboveOf: '{{name}}, puntuación {{score}}, no por encima de {{point}}',
  lostHold: 'x_s pierde la decisión',
  lostFlip: 'x_a NO cambia la decisión',
  doubtHold: 'La imagen similar (x_s) NO mantiene la decisión: no confíe en esta explicación',
  doubtFlip: 'La imagen opuesta (x_a) NO cambia la decisión: al mapa puede faltarle lo que decidió',
  plainDoubtHold: 'Redibujada por la IA, esta radiografía NO mantiene su respuesta: no confíe en este mapa',
  plainDoubtFlip:
    'Lo que la IA cambia en esta radiografía NO invierte la respuesta: al mapa puede faltarle lo que decidió',
  segmentLabel: 'Explicación de IA, {{share}} superior',
  segmentationLabel: 'Explicación de IA ({{model}}, solo para investigación)',
  pictureMask: 'máscara: {{share}} superior',
  pictureClass: '{{name}} · probabilidad {{score}}',
  pictureAnswer: 'Puntuación {{score}} · umbral {{point}} · {{verdict}}',

  // Notices
  saved: 'Explicación de IA guardada',
  notSaved: 'Explicación de IA no guardada',
  exported: 'Se ha exportado {{name}}.',
  exportedMap: 'Se han exportado {{name}} y su JSON.',
  exportedObjects_one: 'Se ha exportado {{count}} archivo DICOM. Nombra al paciente, como la imagen.',
  exportedObjects_other: 'Se han exportado {{count}} archivos DICOM. Nombran al paciente, como la imagen.',
  savedAs: 'Guardado como {{names}}.',
  savedNote: 'Guardado en el archivo, {{moment}}: {{names}}.',
  alreadyHeld: 'El archivo ya tenía {{present}} de {{count}}.',
  archiveSilent: 'El archivo no ha dicho qué hizo con ellos; compruebe si están allí.',
  savedSeries: 'Series {{names}}.',
  leftAsItWas: 'Lo que había, de la misma imagen, modelo, ajustes y versión del programa, se dejó como está.',
  listedLater: 'En la lista cuando se vuelva a cargar el estudio.',
  leftOut: 'No creados, porque en este percentil el mapa no marca nada: {{names}}.',
  earlier_one:
    'El estudio contiene también una explicación anterior de esta imagen por este modelo: {{named}}.',
  earlier_other:
    'El estudio contiene también explicaciones anteriores de esta imagen por este modelo: {{named}}.',
  earlierVersion: 'versión {{version}}',
  maskFailed: 'No se pudo mostrar la máscara: {{reason}}',

  // How to read this, for every eye
  help: 'Cómo leer esto',
  helpIntro:
    'Cinco imágenes de un fantoma sintético, explicadas por el modelo de fantomas incluido en este visor. No se muestra ningún paciente.',
  helpFilm:
    'La radiografía. El clasificador le da una puntuación entre 0 y 1; por encima del umbral su respuesta es «encontrado». La puntuación no es la probabilidad de una enfermedad.',
  helpSimilar:
    'La imagen similar (x_s): generada por IA, con la misma respuesta. Muestra lo que el generador cambia de todos modos; en los modelos de este visor es casi la propia radiografía.',
  helpOpposite:
    'La imagen opuesta (x_a): generada por IA para que el clasificador dé la otra respuesta. Si no cambia la respuesta, el panel lo dice, y el mapa no tiene dirección.',
  helpMap:
    'El mapa: dónde difieren las dos; con otros métodos, dónde cambian entre ellas los indicios del clasificador. La línea bajo los colores dice cuál. No dice que menos, o más, allí cambiaría la respuesta. Es tan tosco como la cuadrícula de la red: sus bordes no dicen nada.',
  helpMask:
    'La máscara: los valores más altos del mapa, tantos como indica el percentil. Es un corte del mapa, no el contorno de una lesión.',
  helpLimits: 'Lo que no puede decir',
  helpLimitReads:
    'Muestra lo que lee el clasificador, no dónde está la enfermedad. Una respuesta equivocada recibe un mapa igual de convincente.',
  helpLimitMisses:
    'El lugar donde el mapa es más alto suele quedar fuera de lo que marcaron los radiólogos: en entre un quinto y la mitad de las radiografías de prueba del modelo de tórax, según el método, y en la mitad de los hallazgos que pasa por alto. Vea los resultados que acompañan al modelo.',
  helpLimitNegative:
    'Si no se encontró nada, los colores son fríos: no marcan ningún hallazgo. Las imágenes opuestas de tales radiografías suelen cambiar en los mismos lugares: el lugar dice poco de esta radiografía.',
  helpLimitSwitch:
    'Un lugar coloreado no es una medida, uno sin color no descarta nada. Lea primero la radiografía; la tecla {{key}} oculta todo resultado de la IA.',
  helpMissing: 'No se pudieron cargar las imágenes; las palabras valen sin ellas.',
  panelRegion: 'Explicación del clasificador (IA)',
  runRegion: 'Modelo, método e inicio',
  announceDone: 'Explicación lista. {{verdict}}. {{side}}. {{direction}}.',
  announceHidden: 'Resultado de la IA oculto',
  announceShown: 'Resultado de la IA visible',
  announceAdversarial: 'Se muestra la imagen opuesta (x_a), generada por IA',
  announceSimilar: 'Se muestra la imagen similar (x_s), generada por IA',
  colours: 'Colores',
  coloursUsual: 'Habituales (cálidas; frías si no se encontró nada)',
  coloursInferno: 'Inferno (negro a amarillo)',
  coloursViridis: 'Viridis (azul a amarillo)',
  coloursCividis: 'Cividis (azul a amarillo, daltonismo)',
  coloursDirection: 'Dirección (naranja: los indicios bajan, azul: suben)',
  coolLegend: 'Colores fríos: no marcan ningún hallazgo.',
  evidenceDown: 'Naranja: en la imagen opuesta (x_a), los indicios de {{name}} disminuyen aquí',
  evidenceUp: 'Azul: aquí aumentan',
  directionShort: 'naranja: los indicios bajan en x_a, azul: suben',

  // Sentences of code that knows no language, found by their English words (`spoken.ts`)
  saidLabelView:
    'El modelo no dice nada de {{name}} aquí: la proyección es {{view}}; está hecho para {{views}}.',
  saidLabelNoView:
    'El modelo no dice nada de {{name}} aquí: la proyección no se indica; está hecho para {{views}}.',
  saidLabelAge:
    'El modelo no dice nada de {{name}} aquí: la edad del paciente, en años, es {{age}}; está hecho para {{low}} a {{high}} años.',
  saidUnranked:
    'El modelo no dice nada de {{name}}: en sus imágenes de validación puntuó a las que tienen el hallazgo por debajo de las que no lo tienen.',
  saidUncalibrated:
    'La puntuación de {{name}} no está calibrada ni su umbral medido: todas las imágenes de validación tenían el hallazgo, o ninguna lo tenía.',
  saidColour:
    'La imagen es en color ({{samples}} valores por píxel); {{model}} lee imágenes en escala de grises.',
  saidOwnPicture:
    'Esta imagen la hizo esta extensión a partir de una radiografía y no es una radiografía: abra la radiografía misma.',
  saidNotStated: '{{name}} no se indica; {{model}} está hecho para {{allowed}}.',
  saidIs: '{{name}} es {{value}}; {{model}} está hecho para {{allowed}}.',
  saidTwoViews:
    'Series Description o Protocol Name habla de una proyección frontal y otra lateral; compruebe cuál es esta imagen.',
  saidFrames: 'La imagen tiene {{count}} fotogramas; se explica uno, sin los demás.',
  saidTooSmall:
    'La imagen tiene {{columns}} × {{rows}} píxeles; {{model}} necesita al menos {{minColumns}} × {{minRows}}.',
  saidPhantomOnly:
    '{{model}} está hecho solo para fantomas sintéticos, y esta imagen no está marcada como tal (Synthetic Data (0008,001C) no es YES).',
  saidNoIntendedUse: 'El uso previsto de {{model}} no está indicado.',
  saidNoApplicability: 'No está indicado para qué imágenes está hecho {{model}}.',
  saidNoTrainingData: 'Los datos de entrenamiento de {{model}} no están indicados.',
  saidIsAPhantom: 'Esta imagen es un fantoma sintético.',
  saidIsPhantom: 'Esta imagen es un fantoma sintético; {{model}} está hecho para pacientes.',
  saidRaw:
    'La imagen son datos brutos del detector (FOR PROCESSING); {{model}} está hecho para imágenes FOR PRESENTATION. Elija la imagen procesada de esta exposición.',
  saidPolarity:
    'La cabecera se contradice sobre si los valores altos son claros u oscuros: {{photometric}} con Presentation LUT Shape {{shape}} (debe ser {{fitting}}).',
  saidAgeNotStated: 'La edad del paciente no se indica; {{model}} está hecho para {{years}} años o más.',
  saidAgeUnreadable:
    'Patient’s Age (0010,1010) contiene algo que no es una edad; {{model}} está hecho para {{years}} años o más.',
  saidAgeOutside:
    'La edad del paciente, en años, es {{age}}; {{model}} está hecho para {{from}} a {{to}} años.',
  saidAgeNoUnit:
    'Patient’s Age (0010,1010) no tiene unidad y se lee en años; {{model}} está hecho para {{years}} años o más.',
  saidNoModelInstalled: 'No hay ningún modelo instalado junto a la extensión.',
  saidOutlier:
    'Esta imagen es distinta de las que sirvieron para entrenar {{model}} ({{factor}} veces la distancia que cumple el 95 % de sus imágenes de validación): su respuesta puede no significar nada.',
  saidUnknownKind:
    'La región examinada (Body Part Examined) no está indicada y la imagen es distinta de las que sirvieron para entrenar {{model}} ({{factor}} veces la distancia que cumple el 95 % de sus imágenes de validación): no recibe respuesta.',
  saidBeyondLimit:
    'La imagen es distinta de las que sirvieron para entrenar {{model}} ({{factor}} veces la distancia que cumple el 95 % de sus imágenes de validación), más que ninguna de ellas: no recibe respuesta.',
  saidShutterAside:
    'La cabecera indica un obturador o colimador que cubriría el {{share}} % de la imagen; se dejó de lado.',
  saidCollimated: 'El {{share}} % de la imagen está colimado (obturador o borde) y se deja fuera.',
  saidSaturated:
    'La imagen opuesta (x_a) es negra o blanca en el {{share}} % de la imagen donde la radiografía no lo es: un cambio que ninguna radiografía puede mostrar.',
  saidConstant: 'El mapa tiene un solo valor en toda la imagen: no marca nada.',
  saidBelowFloor:
    'El mayor valor del mapa es {{largest}}, no por encima del mínimo de {{floor}} de {{method}} (un nivel de gris de una imagen de 8 bits): no marca nada.',
  saidUnstable:
    'El mapa es inestable: las medias de dos mitades de sus transformaciones concuerdan con una correlación de rangos de {{correlation}}, por debajo de {{threshold}}, que alcanza la mayoría de las imágenes de validación de este modelo. Promedie sobre más transformaciones.',
  saidResearchOnly: 'Solo para investigación.',
  saidPhantomNotice: 'Hecho para fantomas sintéticos; no sabe nada de pacientes.',
  saidOpacity: 'opacidad',
  saidNoDevice: 'No es un producto sanitario; no apto para diagnóstico ni tratamiento.',
  saidPneumonia: 'neumonía / opacidad pulmonar',
  saidNoSeries: 'La ventana activa no muestra ninguna serie. Abra en ella una radiografía de tórax.',
  saidNoViewport: 'Ninguna ventana está activa. Abra una imagen y haga clic en ella.',
  saidStillLoading:
    'El visor aún no ha cargado la imagen de esta ventana. Se explica en cuanto esté, si se pide.',
  saidColourOnly:
    'La imagen es en color ({{samples}} valores por píxel); solo se pueden explicar imágenes en escala de grises.',
  saidNoImage:
    'El objeto {{kind}} no tiene ninguna imagen que el visor pueda mostrar; no hay nada que explicar.',
  saidOfModality: 'de modalidad {{modality}}',
  saidOnDisplay: 'en pantalla',
  saidNotDrawn:
    'El visor no puede dibujar esta imagen{{reason}}. Una explicación no podría verse junto a su radiografía, por eso no se hace. Haga corregir la cabecera o use «explain run», que no necesita espaciado.',
  saidPhotometric:
    'La Photometric Interpretation es {{value}}; solo se pueden explicar MONOCHROME1 y MONOCHROME2.',
  saidNoPixels:
    'El visor no tiene píxeles de esta imagen: no los hay o no pudo decodificarse (archivo truncado o dañado).',
  saidTruncated:
    'La imagen declara {{columns}} × {{rows}} píxeles pero contiene {{count}}: el archivo está truncado o dañado.',
  saidNoNumber: '{{keyword}} no es un número.',
  saidSlopeZero: 'Rescale Slope es 0, lo que haría iguales todos los píxeles.',
  saidLevelsLost:
    'Con Rescale Slope {{slope}} y Rescale Intercept {{intercept}} no podrían distinguirse niveles de gris de la imagen (precisión simple). Haga corregir la cabecera.',
  saidMirrored:
    'Patient Orientation (0020,0020) es {{orientation}}: la placa está en espejo, la izquierda del paciente a su izquierda; {{model}} está hecho para placas que no lo están.',
  saidTurned:
    'Patient Orientation (0020,0020) es {{orientation}}: la placa está girada; {{model}} está hecho para placas frontales derechas ({{upright}}).',
  saidForgotten: 'Esta explicación ya no se conserva; explique de nuevo.',
  saidImageForgotten: 'La imagen ya no se conserva; explique de nuevo.',
  saidNoUsableModel: 'Ningún modelo utilizable en {{place}}. {{reasons}}',
  saidNoMethod: '{{model}} no contiene nada que alguno de los métodos pueda usar.',
  saidWorkerStart:
    'El proceso de cálculo {{url}} no se inicia ({{reasons}}). Compruebe que el archivo se sirve y que la Content-Security-Policy de la página lo permite: {{policy}}',
  saidComputeWorker: 'El proceso de cálculo',
  saidWorkerLost: '{{worker}} fue terminado por el navegador, quizá por falta de memoria.',
  saidWorkerSilent: '{{worker}} no responde desde hace {{time}}.',
  saidWorkerAdvice: 'Pulse Explicar para iniciarlo de nuevo, o elija otro motor.',
  saidMemory:
    'Las redes se quedaron sin memoria ({{reason}}). Cierre otras páginas o promedie sobre menos transformaciones; después pulse Explicar.',
  saidContextLost:
    'El navegador retiró el contexto gráfico (reinicio del controlador, suspensión o demasiadas páginas en la GPU). Pulse Explicar para intentar la GPU de nuevo, o siga con WebAssembly, que no la necesita.',
  saidStored: 'Esta explicación se leyó del archivo, que tiene sus objetos.',
  saidRestored: 'Esta explicación viene del archivo. Explique de nuevo para crear y guardar otra.',
  saidWrongSize:
    'El mapa guardado tiene {{mapColumns}} × {{mapRows}} píxeles y la imagen {{columns}} × {{rows}}: pertenece a otra imagen.',
  saidStoredScore:
    'El resultado guardado indica una puntuación de {{score}}; las puntuaciones están entre 0 y 1.',
  saidStoredContradicts:
    'El resultado guardado se contradice: {{what}} no se deduce de sus puntuaciones y su punto de operación.',
  saidStoredIdentifier:
    'El identificador del resultado guardado no se deduce de la imagen, el modelo y los ajustes que nombra.',
  saidStoredRange: 'El mapa guardado contiene valores de {{least}} a {{largest}}, que {{method}} no produce.',
  saidStoredFrames: 'El mapa guardado indica {{frames}} fotogramas; un resultado tiene uno.',
  saidStoredElse: 'El archivo ha enviado un objeto distinto del que anunciaba.',
  saidStoredScoreDiffers:
    'La puntuación guardada {{stored}} no es la que este modelo da para esta imagen, {{given}}.',
  saidStoredPoint: 'El punto de operación guardado {{stored}} no es el de este modelo, {{given}}.',
  saidStoredClasses:
    'El resultado guardado nombra otras clases ({{stored}}) que las de este modelo ({{given}}).',
  saidStoredNotOurs: 'Fue modificado, o no lo hizo este software; no se muestra.',
  saidStoredUnverified:
    'Este resultado guardado no se pudo verificar: {{model}} con los archivos que nombra no está instalado aquí.',
  saidStoredVersion:
    'La versión {{software}} guardó la puntuación {{stored}}; esta versión da {{given}} para esta imagen.',
  saidNotFetched: 'No se pudo obtener el objeto guardado: {{reason}}.',
  saidOtherNotOf: 'El objeto no se refiere a esta imagen.',
  saidOtherShape: 'El objeto tiene {{object}} píxeles, la imagen {{image}}: no pueden superponerse.',
  saidOtherElsewhere: 'El objeto está en otro lugar del espacio que la imagen.',
  saidOtherTooMuch:
    'El objeto contiene mucho más de lo que puede mostrarse sobre una imagen (más de {{most}}); no se muestra nada de él.',
  saidOtherNotFinite: 'El objeto contiene valores que no son finitos.',
  saidOtherContradicts: 'El objeto se contradice: {{what}}.',
  saidOtherNothing: 'El objeto no contiene nada que pueda mostrarse sobre una imagen.',
  saidOtherCoding: 'Los píxeles del objeto están comprimidos de una forma que aquí no se lee ({{name}}).',
  saidFrameUnknown: 'El visor no indica qué fotograma muestra; ningún objeto podría referirse a él.',
  saidCannotStore:
    'La fuente de datos activa no puede guardar objetos. No se guardó nada; descargue los objetos.',
  saidNotTaken: 'El archivo no aceptó este objeto: {{object}} ({{reason}}).',
  saidSavedBefore: 'Objetos guardados antes: {{count}}.',
  saidTryAgain: 'No se perdió nada en el visor: inténtelo de nuevo.',
  saidLogIn: 'No se perdió nada en el visor: inicie sesión de nuevo e inténtelo otra vez.',
  saidNoAnswer: 'sin respuesta: la conexión falló o llevó a otro equipo',
  saidNotReady: 'La ventana no está lista para exportarse. Inténtelo de nuevo.',
  saidNoneChosen: 'No se ha elegido ningún objeto; elija al menos uno.',
  // Answer
  answerTitle: 'Su respuesta',
  answerQuestion: '¿Muestra el mapa lo que importa para el hallazgo?',
  answerAgree: 'De acuerdo',
  answerDisagree: 'En desacuerdo',
  answerUnsure: 'No estoy seguro',
  answerMark: 'Tomar mi marca',
  answerMarkHint: 'Toma el rectángulo o contorno seleccionado, o dibujado por último, en esta radiografía.',
  answerMarkOnGenerated:
    'Esa marca se dibujó mientras se mostraba una imagen generada y no se toma. Dibújela sobre la radiografía.',
  answerNoMark:
    'No hay rectángulo ni contorno cerrado en esta radiografía: dibuje uno con las herramientas del visor.',
  answerHit: 'dentro de la marca',
  answerMiss: 'fuera',
  answerNote: 'Nota (sin datos del paciente)',
  answerKeep: 'Guardar en este navegador',
  answerKept: 'Guardada en este navegador.',
  answerFirst: 'Diga primero si está de acuerdo.',
  answerClear: 'Borrar todo',
  answerCount: 'Respuestas guardadas en este navegador: {{count}}',
  answerMap: 'Mapa',
  answerOverlap: 'Solapamiento (IoU)',
  overlapHint:
    'Superficie común de la marca y la máscara, de la superficie de ambas juntas; 1: la misma superficie.',
  answerPeak: 'Máximo',
  answerDistance: 'Distancia',
  answerAtDetector: '{{number}} mm en el detector',
  answerReader: 'Quién responde: nombre o código',
  answerReaderHint: 'Figura en la respuesta guardada y en la lista de resultados.',
  answerNoReader: 'Diga primero quién responde: un nombre o un código.',
  answerAttest: 'Atestiguo esta respuesta en nombre de {{organization}}',
  answerSave: 'Guardar la respuesta en el archivo (SR)',
  answerObject: 'respuesta (SR)',
  answerVerified: 'atestiguada',
  answerMarked: 'con una marca',
};
