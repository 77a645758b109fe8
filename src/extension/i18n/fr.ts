import type { Texts } from './en';

export const fr: Texts = {
  // Panel and toolbar
  panelLabel: 'Expliquer',
  panelTitle: 'Explication de la réponse du classifieur',
  studyPanelLabel: 'Étude',
  noStudy: 'L’étude de lecture ne peut pas avoir lieu',
  buttonLabel: 'Expliquer',
  buttonTooltip: 'Expliquer la réponse du classifieur à cette radiographie (recherche uniquement)',
  researchOnly: 'IA – recherche uniquement',
  research: 'Recherche uniquement',
  failedPanel: 'Ce panneau a échoué ; la visionneuse elle-même n’est pas touchée.',
  tryAgain: 'Réessayer',
  dismiss: 'Fermer',
  percent: '{{number}} %',

  // Run
  explain: 'Expliquer cette image',
  explainAgain: 'Expliquer à nouveau',
  refusedHint: 'Il n’y a rien ici que ce modèle explique ; la raison est donnée ci-dessus',
  cancel: 'Annuler',
  clear: 'Effacer',
  nothingYet:
    'Appuyez sur Expliquer pour faire expliquer la réponse du classifieur. Rien n’est dessiné avant.',
  pressedStarting: 'Démarrage du calcul…',
  pressedLoading: 'Chargement du modèle…',
  pressedWarming: 'Mise en route…',
  pressedReading: 'Lecture du résultat enregistré…',
  pressedRunning: 'Explication en cours…',
  transformsDone: '{{transforms}} transformations sur {{count}}',
  model: 'Modèle',
  automatic: 'Automatique',
  automaticWith: 'Automatique : {{title}}',
  version: 'Version {{version}}',
  aucTest: 'AUC {{auc}}, mesurée sur {{count}} images de test',
  aucPhantoms: 'AUC {{auc}}, mesurée sur {{count}} fantômes',
  aucInterval: '{{value}} (intervalle à 95 % {{low}}–{{high}})',
  aucHint:
    'AUC : combien de fois le score place un cliché avec l’anomalie au-dessus d’un cliché sans ; 1 : toujours, 0,5 : comme le hasard.',
  unusableModel: 'Le modèle {{id}} est refusé',
  notApplicable: 'Aucun modèle ne convient à cette image',
  notApplicableTo: '« {{title}} » ne convient pas à cette image',
  caution: 'Attention',
  method: 'Méthode',
  generator: 'Générateur',
  generatorHint: 'Le réseau qui fait l’image semblable et l’image opposée.',
  methodMissing: '{{title}} (absent de ce modèle)',
  methodDifference:
    'Montre où l’image opposée (x_a) diffère : le cliché, changé par l’IA jusqu’à ce que le classifieur donne l’autre réponse.',
  methodEvidence:
    'Indices : ce qui, pour ce classifieur, parle pour l’anomalie. Montre où ils changent en allant vers l’image opposée (x_a) : le cliché, changé par l’IA jusqu’à ce que le classifieur donne l’autre réponse.',
  methodBoth:
    'Indices : ce qui, pour ce classifieur, parle pour l’anomalie. Montre où ils se trouvent et où diffère l’image opposée (x_a) : le cliché, changé par l’IA jusqu’à ce que le classifieur donne l’autre réponse.',
  methodSensitivity: 'Montre où un petit changement des niveaux de gris changerait le plus le score.',
  methodImportance: 'Montre quels endroits comptent le plus pour la réponse, comme cette méthode le calcule.',
  resultOf: 'Résultat de {{title}}',
  resultOfHint: 'Tout ce qui suit vient de {{model}}, non du modèle choisi ci-dessus.',
  stale: 'Expliquez à nouveau pour appliquer.',
  averaging: 'Moyenne sur des transformations',
  averagingHint:
    'Moyenne sur des décalages, rotations, zooms et retournements aléatoires du cliché ; plus stable, et autant de fois plus lent.',
  count: 'Nombre de transformations',
  numberLimited: 'de {{min}} à {{max}} : {{value}} est retenu',
  numberKept: 'laissé vide : {{value}} reste',
  useWasm: 'Continuer avec WebAssembly',

  // Findings of a model of several labels
  labelToExplain: 'Signe à expliquer',
  labelAutomatic: 'Automatique : le premier des signes trouvés',
  labelsTitle: 'Signes',
  labelsHint: 'Appuyez sur un signe pour l’expliquer. Le trait est son score, le repère son seuil.',
  labelsHintOpposite:
    'Appuyez sur un signe pour l’expliquer. Le trait est son score, le repère son seuil ; après la flèche, le score de l’image opposée.',
  labelsFound: 'Au-dessus de leur seuil : {{count}}',
  labelsNotFound: 'Pas au-dessus : {{count}}',
  labelsMore: '{{count}} autres, pas au-dessus de leur seuil',
  labelSilent: '{{name}} : le modèle n’en dit rien ici',
  labelsKept: 'L’image opposée laisse tous les autres signes tels quels.',
  labelsNoneChanged:
    'L’image opposée laisse tous les autres signes tels quels, mais ne change pas non plus celui-ci.',
  labelsMoved: 'L’image opposée change aussi : {{names}}. La carte peut les montrer aussi.',
  labelSaid: '{{name}}, score {{score}}, seuil {{point}}',

  // Score
  score: 'Score',
  probability: 'Probabilité',
  scoreNote: 'Un score du classifieur, pas une probabilité de maladie.',
  threshold: 'Seuil',
  nearAbove: 'Près du seuil : {{distance}} au-dessus.',
  nearNotAbove: 'Près du seuil : à {{distance}}.',
  nearOnWay: 'Près de l’autre réponse : elle change à {{share}} du trajet vers l’image opposée (x_a).',
  measuredTest:
    'Au seuil : sensibilité {{sensitivity}} sur {{positives}} images de test avec l’anomalie, spécificité {{specificity}} sur {{negatives}} sans',
  measuredPhantoms:
    'Au seuil : sensibilité {{sensitivity}} sur {{positives}} fantômes avec l’anomalie, spécificité {{specificity}} sur {{negatives}} sans',
  measuredView:
    'Incidence {{view}} : sensibilité {{sensitivity}} sur {{positives}}, spécificité {{specificity}} sur {{negatives}}',
  measuredInterval: '{{value}} ({{low}}–{{high}})',
  found: 'Trouvé par ce classifieur : {{name}}',
  notFound: 'Non trouvé par ce classifieur : {{name}}',
  likeliest: 'La plus probable de {{count}} classes : {{name}}',
  negativeMap: 'La carte ne marque aucune anomalie.',
  unasked: 'Ce que ce classifieur ne connaît pas n’a pas été recherché.',
  negativePlace:
    'Les images opposées (x_a) de tels clichés changent souvent aux mêmes endroits : l’endroit dit peu de ce cliché.',
  plainNegativePlace:
    'L’IA modifie souvent de tels clichés aux mêmes endroits : l’endroit dit peu de ce cliché.',
  negativeTiny: 'aucune anomalie marquée',
  negativeShort: 'aucune anomalie marquée : l’endroit dit peu',
  uncoloured:
    'Les endroits sans couleur peuvent être malades aussi : la carte montre ce qui a décidé, pas tout ce qu’il y a. Son contour est celui de la méthode, pas celui d’une anomalie.',
  similarHolds: 'L’image semblable (x_s) garde la décision, score {{score}}',
  similarLost:
    'L’image semblable (x_s) ne garde PAS la décision, score {{score}} : ne vous fiez pas à cette explication',
  oppositeFlips: 'L’image opposée (x_a) change la décision, score {{score}}',
  oppositeGrey:
    'Là où l’image opposée (x_a) enlève une anomalie, elle est souvent une plage d’un gris uniforme aux bords nets, ou une bande, comme n’en a aucun cliché : ne l’interprétez pas. Elle ne sait pas ce qu’il y a derrière, comme les vaisseaux et les côtes.',
  oppositeGreyShort: 'ne sait pas ce qu’il y a derrière une anomalie',
  oppositeLost:
    'L’image opposée (x_a) ne change PAS la décision, score {{score}} : la carte peut manquer ce qui a décidé',
  similarIsFilm:
    'L’image semblable (x_s) est le cliché lui-même (aucune différence visible : PSNR, une mesure de ressemblance, au-dessus de 60 dB) : qu’elle garde la décision ne dit rien.',
  similarIsFilmPair:
    'L’image semblable (x_s) est le cliché lui-même (aucune différence visible : PSNR, une mesure de ressemblance, au-dessus de 60 dB) : qu’elle garde la décision ne dit rien, et la carte est |x − x_a|.',
  similarIsFilmOther:
    'L’image semblable (x_s) est le cliché lui-même (aucune différence visible : PSNR, une mesure de ressemblance, au-dessus de 60 dB) : qu’elle garde la décision ne dit rien, et la carte compare le cliché lui-même à l’image opposée (x_a).',
  averagedOver_one: '{{made}}, moyenne sur {{count}} transformation',
  averagedOver_other: '{{made}}, moyenne sur {{count}} transformations',
  fromArchive: 'lu dans l’archive',
  unverified: 'non vérifié',
  timeNotStated: 'heure non indiquée',

  // What the colours are
  colouredDifference: 'En couleur : là où l’image opposée (x_a) diffère',
  colouredEvidence:
    'En couleur : là où les indices du classifieur changent en allant vers l’image opposée (x_a)',
  colouredBoth:
    'En couleur : là où se trouvent les indices du classifieur et où l’image opposée (x_a) diffère',
  colouredSensitivity: 'En couleur : là où un petit changement de l’image changerait le plus le score',
  colouredImportance: 'En couleur : là où la méthode place ce qui compte pour la réponse',
  colouredNotFlipped:
    'L’image opposée (x_a) n’a PAS changé la réponse : les couleurs ne montrent pas ce qui la changerait',
  shortDifference: 'là où x_a diffère',
  shortEvidence: 'là où les indices changent en allant vers x_a',
  shortBoth: 'là où sont les indices et où x_a diffère',
  plainDifference: 'En couleur : là où l’IA modifie le cliché pour inverser la réponse du classifieur',
  plainEvidence:
    'En couleur : là où les indices du classifieur changent quand l’IA modifie le cliché pour inverser sa réponse',
  plainBoth:
    'En couleur : là où se trouvent les indices du classifieur et où l’IA modifie le cliché pour inverser sa réponse',
  shortSensitivity: 'là où un petit changement change le plus le score',
  shortImportance: 'là où la méthode place ce qui compte',
  unitUnknown: 'unité inconnue ici : méthode d’une autre version',
  unitPair: '|x_s − x_a|, niveau de gris égalisé (0–1)',
  unitPairIsFilm: '|x − x_a|, niveau de gris égalisé (0–1) ; l’image semblable (x_s) est le cliché lui-même',
  unitSingle: '|x − x_a|, niveau de gris égalisé (0–1)',
  unitBetween: 'poids de chaque endroit entre x_s et x_a (attribution), unité arbitraire',
  unitBetweenIsFilm:
    'poids de chaque endroit entre le cliché (x) et x_a (attribution), unité arbitraire ; l’image semblable (x_s) est le cliché lui-même',
  unitOther: 'poids de chaque endroit (attribution), unité arbitraire',
  beingChecked: 'score et contrôles suivent',
  ownScaleShort: 'couleurs jusqu’au maximum propre de la carte',
  ownScale:
    'Chaque carte est colorée jusqu’à son propre maximum : les couleurs de deux clichés ne se comparent pas.',

  // Display
  output: 'Résultat de l’IA',
  outputHidden: 'Les résultats de l’IA sont masqués ; la touche {{key}} les remontre.',
  outputToggle: 'Afficher le résultat de l’IA (touche {{key}})',
  maskOn: 'Afficher le masque (segmentation)',
  percentile: 'Percentile',
  percentileValue: '{{percentile}} ({{share}} les plus hauts)',
  heatMapOn: 'Afficher la carte de chaleur',
  opacity: 'Opacité',
  spreadOn: 'Hachurer là où les transformations divergent',
  spreadLegend:
    'Hachuré, {{share}} de ce dont la carte parle : les transformations y diffèrent de plus que la valeur de la carte.',
  spreadLegendShort: 'Hachuré : les transformations y diffèrent de plus que la valeur de la carte',
  spreadNone: 'Nulle part les transformations ne diffèrent de plus que la valeur de la carte.',
  spreadNeedsAverage: 'Là où les transformations divergent, seule une carte moyennée peut le montrer.',
  spreadNotStored:
    'L’endroit où les transformations divergent n’est pas stocké : il ne peut pas être hachuré.',
  hatchedShort: 'hachuré : transformations divergentes',
  stabilityOfAverage: 'De la carte moyennée de ce cliché : {{words}}',
  showAveraged: 'Montrer la carte moyennée',
  averageNow: 'Moyenner sur {{count}} transformations',
  colourBar: 'Échelle de couleurs de la carte de chaleur',
  emptyMap:
    'La carte ne marque rien, donc rien n’est coloré : aucune valeur n’est au-dessus du plancher de la méthode, ou toutes sont égales',
  emptyMapShort: 'la carte ne marque rien : rien n’est coloré',
  marksNothing:
    'À ce percentile la carte ne marque rien : aucune valeur n’est au-dessus du plancher de la méthode.',
  marksLess:
    'Le masque marque {{share}} de l’image : rien de plus n’est au-dessus du dixième du maximum de la carte et du plancher de la méthode.',
  marksLessOfField:
    'Le masque marque {{share}} du champ exposé (bords et volets exclus) : rien de plus n’est au-dessus du dixième du maximum de la carte et du plancher de la méthode.',

  // Generated images
  counterfactual: 'Images générées par IA',
  holdHint:
    'Montre l’image générée par l’IA à la place du cliché. Maintenez {{key}} pour l’image opposée (x_a).',
  holdHintBoth:
    'Montre l’image générée par l’IA à la place du cliché. Maintenez {{key}} pour l’image opposée (x_a), Maj+{{key}} pour l’image semblable (x_s).',
  holdAdversarial: 'Tenir : image opposée (x_a)',
  holdSimilar: 'Tenir : image semblable (x_s)',
  blink: 'Alterner x_s ↔ x_a',
  blinkFilm: 'Alterner cliché ↔ x_a',
  preparing: 'Préparation de l’image en pleine résolution…',
  noGenerated: 'Cette méthode ne produit pas d’images.',
  generatedNotStored:
    'Les images semblable et opposée (x_s, x_a) ne sont pas relues ; appuyez sur Expliquer pour les voir.',

  // The way to the opposite image, and how sure a map is
  graded: 'De l’image similaire à l’image opposée',
  gradedFromFilm: 'Du cliché à l’image opposée',
  gradedWaiting: 'Le classifieur est interrogé le long du trajet…',
  gradedNeedsModel: 'Un autre modèle est chargé entre-temps.',
  gradedLoad: 'Recharger le modèle pour cela',
  gradedStep: 'Trajet vers l’image opposée (x_a)',
  gradedPlay: 'Lire en aller-retour',
  gradedPause: 'Pause',
  gradedFilm: 'Revenir au cliché',
  gradedGif: 'Enregistrer en GIF',
  gradedChange: 'La réponse change à {{places}} du trajet.',
  gradedNoChange: 'La réponse ne change pas sur le trajet.',
  gradedCurve: 'Score le long du trajet, de {{from}} à {{to}}.',
  generatedBetween:
    'IMAGE GÉNÉRÉE PAR IA · {{share}} du trajet vers l’image opposée (x_a) · pas une radiographie',
  generatedShortBetween: 'GÉNÉRÉE PAR IA · {{share}} vers x_a · pas une radiographie',
  preparingBetween: 'IA · préparation de l’image vers x_a · ceci est encore le cliché',
  preparingShortBetween: 'IA · préparation',
  agreeing:
    'Les deux moitiés des transformations classent les endroits de même (corrélation des rangs {{correlation}}, 1 au plus ; seuil {{threshold}}). Cela dit si la carte se répète, pas si elle est juste.',
  disagreeing:
    'Les deux moitiés des transformations classent les endroits moins semblablement que d’habitude (corrélation des rangs {{correlation}}, 1 au plus ; seuil {{threshold}}).',
  agreementUnjudged:
    'Les deux moitiés des transformations ont une corrélation des rangs de {{correlation}} ; aucun seuil n’a été mesuré pour cette méthode.',
  spreadShare:
    'Sur {{share}} de ce dont la carte parle, les transformations diffèrent de plus que la valeur de la carte.',
  stabilityUnknown:
    'Un seul passage ne dit pas si la carte serait la même du cliché un peu décalé, tourné ou agrandi (ses transformations) : moyennez pour le savoir.',
  stabilityNotStored:
    'Cette carte est moyennée ; l’accord de ses transformations n’a pas été stocké avec elle.',
  stabilityEmpty:
    'Cette carte est moyennée, mais ne marque rien en quoi les transformations pourraient s’accorder.',

  // Several explanations of one film, side by side
  made: 'Explications de ce cliché',
  compare: 'Côte à côte',
  compareStart: 'Comparer',
  compareHint: 'Le même cliché dans des fenêtres liées, chacune avec sa carte ou son image.',
  compareViewports: 'Nombre de fenêtres',
  compareTwo: 'Deux fenêtres',
  compareFour: 'Quatre fenêtres',
  compareEnd: 'Terminer la comparaison',
  comparePane: 'Fenêtre {{letter}}',
  compareShows: 'Ce que montre la fenêtre {{letter}}',
  compareOf: 'Explication dans la fenêtre {{letter}}',
  compareMake: '{{title}} : calculer',
  compareUnable: 'Cette visionneuse ne peut pas disposer le cliché côte à côte.',
  imageFilm: 'Cliché',
  imageMap: 'Carte',
  imageSimilar: 'Image semblable (x_s)',
  imageOpposite: 'Image opposée (x_a)',
  paneAwaited: 'explication en cours',
  paneMirrored: 'EN MIROIR',
  paneFilm: 'le cliché, rien de dessiné par l’IA',
  paneNothing: 'rien de dessiné par l’IA',

  // Export
  keep: 'Exporter',
  saveSeg: 'Enregistrer le DICOM SEG dans l’archive',
  saveSegNeedsMask: 'Affichez le masque pour l’enregistrer',
  savePicture: 'Image (PNG)',
  saveMap: 'Carte (NPY)',
  mapFileHint: 'Les nombres de la carte, pour des programmes tels que Python (NumPy).',
  working: 'En cours…',
  results: 'Objets DICOM',
  resultFseg: 'Carte par paliers (SEG fractionnaire)',
  resultGsps: 'Contour sur le cliché (GSPS)',
  resultPm: 'Carte (Parametric Map)',
  resultSbs: 'Cliché et image côte à côte (Secondary Capture)',
  resultSc: 'Image (Secondary Capture)',
  resultShowsFilm: 'montre les pixels du cliché, avec tout texte qui y est incrusté',
  resultSeg: 'Masque (SEG)',
  resultSr: 'Rapport (SR)',
  resultWay: 'Chemin vers l’image opposée (Secondary Capture à plusieurs images)',
  resultXa: 'Image générée x_a, pas une radiographie (Secondary Capture)',
  saveResults: 'Enregistrer dans l’archive',
  downloadResults: 'Télécharger',
  stored: 'Déjà dans cette étude',
  show: 'Afficher',
  handOver: 'Expliquer par le service',
  handedOver_one: '{{count}} étude a été remise au service ; ses résultats arrivent par l’archive.',
  handedOver_other: '{{count}} études ont été remises au service ; leurs résultats arrivent par l’archive.',
  notHandedOver: 'Le service ne l’a pas acceptée : {{reason}}.',
  others: 'Résultats d’autres logiciels',
  othersHint:
    'Ni produits ni vérifiés par cette extension. Chacun s’affiche à votre demande ; la touche {{key}} le masque aussi.',
  otherMap: 'Carte paramétrique',
  otherSegmentation: 'Segmentation',
  otherGraphics: 'Graphiques d’un état de présentation',
  otherReport: 'Régions d’un compte rendu',
  otherTag: 'Ne vient pas de cette extension',
  otherUnknown: 'fabricant non indiqué',
  otherLayer: 'Carte affichée',
  otherSkipped_one: '{{count}} de ses graphiques ne peut être affiché sur un cliché.',
  otherSkipped_other: '{{count}} de ses graphiques ne peuvent être affichés sur un cliché.',
  restored: 'Lu dans l’archive, qui détient les objets DICOM.',

  // Compute
  details: 'Calcul',
  backend: 'Moteur',
  backendAuto: 'Automatique',
  backendWebgpu: 'WebGPU (GPU)',
  backendWebgl: 'WebGL (GPU)',
  backendWasm: 'WebAssembly',
  backendCpu: 'JavaScript (lent)',
  backendNamed: 'moteur {{name}}',
  backendNotStated: 'moteur non indiqué',
  usingChosen: '{{name}} utilisé, comme choisi.',
  usingFastest: '{{name}} utilisé, le plus rapide ici.',
  usingOnly: '{{name}} utilisé.',
  usingInstead: '{{name}} utilisé à la place.',
  foundRight: '{{name}} : valeurs justes.',
  foundTimed: '{{name}} : valeurs justes, {{number}} ms dans un test.',
  foundInsecure:
    '{{name}} : les navigateurs ne l’offrent qu’en https et sur localhost ; cette page est venue en http simple.',
  foundAbsent: '{{name}} : non offert par ce navigateur ou cette machine ({{detail}}).',
  foundSoftware: '{{name}} : seulement émulé ici, plus lent que WebAssembly.',
  foundFailed: '{{name}} : ne fonctionne pas ({{detail}}).',
  foundWrong: '{{name}} : non utilisé, ses valeurs sont fausses de {{share}}.',
  kernelsOwn: 'Noyaux propres : {{number}} fois plus rapides que ceux de TensorFlow.js dans un test.',
  kernelsSlower: 'Noyaux de TensorFlow.js : les nôtres sont plus lents ici.',
  kernelsWrong: 'Noyaux de TensorFlow.js : les nôtres en diffèrent ({{detail}}).',
  kernelsFailed: 'Noyaux de TensorFlow.js : les nôtres ne fonctionnent pas ({{detail}}).',
  averagedOn_one: 'Moyenne faite par {{count}} worker.',
  averagedOn_other: 'Moyenne faite par {{count}} workers.',
  averagedMemory: 'La mémoire de cette machine n’en permet pas plus.',
  helpersFailed_one: '{{count}} worker auxiliaire a échoué ; les autres ont fait sa part ({{detail}}).',
  helpersFailed_other:
    '{{count}} workers auxiliaires ont échoué ; les autres ont fait leur part ({{detail}}).',
  modelsNotKept:
    'Le navigateur ne garde pas les modèles pour la prochaine visite : cette page est servie sans https.',
  timeLoad: 'Chargement du modèle',
  timeWarmUp: 'Mise en route',
  timePreparation: 'Préparation',
  timeClassifier: 'Classifieur',
  timeExplanation: 'Explication',
  timeTotal: 'Total',
  timeReading: 'Lecture dans l’archive',
  milliseconds: '{{number}} ms',
  seconds: '{{number}} s',

  // On the film
  generatedAdversarial: 'IMAGE GÉNÉRÉE PAR IA · image opposée (x_a){{verdict}} · pas une radiographie',
  generatedSimilar: 'IMAGE GÉNÉRÉE PAR IA · image semblable (x_s){{verdict}} · pas une radiographie',
  verdictChanged: ', décision changée',
  verdictNotChanged: ', décision NON changée',
  verdictKept: ', décision gardée',
  verdictLost: ', décision PERDUE',
  verdictIsFilm: ', sans différence visible avec le cliché',
  generatedShortAdversarial: 'GÉNÉRÉE PAR IA · x_a{{verdict}} · pas une radiographie',
  generatedShortSimilar: 'GÉNÉRÉE PAR IA · x_s{{verdict}} · pas une radiographie',
  preparingAdversarial: 'IA · préparation de l’image opposée (x_a) · ceci est encore le cliché',
  preparingSimilar: 'IA · préparation de l’image semblable (x_s) · ceci est encore le cliché',
  preparingShortAdversarial: 'IA · préparation de x_a',
  preparingShortSimilar: 'IA · préparation de x_s',
  tag: 'IA, recherche uniquement',
  notOnGenerated:
    'Rien n’est dessiné ici : c’est une image générée par l’IA et non une radiographie. Mesurez sur le cliché.',
  tagCaution: 'Attention : voir le panneau',
  narrowTag: 'IA, recherche seule',
  generatedAnswer: 'Cliché : score {{film}} → cette image générée : {{side}}',
  generatedUnasked: 'Cliché : score {{film}} · cette image générée : sans score',
  shortAveraged: '{{made}}, moyenne de {{count}}',
  madeByGenerator: 'générateur {{generator}}',
  shortRestored: 'archive',
  sideAbove: 'Score {{score}}, au-dessus du seuil {{point}}',
  sideNotAbove: 'Score {{score}}, pas au-dessus du seuil {{point}}',
  sideAboveOf: '{{name}}, score {{score}}, au-dessus du seuil {{point}}',
  sideNotAboveOf: '{{name}}, score {{score}}, pas au-dessus du seuil {{point}}',
  sideClass: '{{name}}, probabilité {{score}}',
  shortAbove: 'Score {{score}}, au-dessus de {{point}}',
  shortNotAbove: 'Score {{score}}, pas au-dessus de {{point}}',
  shortAboveOf: '{{name}}, score {{score}}, au-dessus de {{point}}',
  shortNotAboveOf: '{{name}}, score {{score}}, pas au-dessus de {{point}}',
  lostHold: 'x_s perd la décision',
  lostFlip: 'x_a ne change PAS la décision',
  doubtHold: 'L’image semblable (x_s) ne garde PAS la décision : ne vous fiez pas à cette explication',
  doubtFlip: 'L’image opposée (x_a) ne change PAS la décision : la carte peut manquer ce qui a décidé',
  plainDoubtHold: 'Redessiné par l’IA, ce cliché ne garde PAS sa réponse : ne vous fiez pas à cette carte',
  plainDoubtFlip:
    'Ce que l’IA modifie dans ce cliché n’inverse PAS la réponse : la carte peut manquer ce qui a décidé',
  segmentLabel: 'Explication IA, {{share}} les plus hauts',
  segmentationLabel: 'Explication IA ({{model}}, recherche uniquement)',
  pictureMask: 'masque : {{share}} les plus hauts',
  pictureClass: '{{name}} · probabilité {{score}}',
  pictureAnswer: 'Score {{score}} · seuil {{point}} · {{verdict}}',

  // Notices
  saved: 'Explication IA enregistrée',
  notSaved: 'Explication IA non enregistrée',
  exported: '{{name}} exporté.',
  exportedMap: '{{name}} et son JSON exportés.',
  exportedObjects_one: '{{count}} fichier DICOM exporté. Il nomme le patient, comme l’image.',
  exportedObjects_other: '{{count}} fichiers DICOM exportés. Ils nomment le patient, comme l’image.',
  savedAs: 'Enregistré : {{names}}.',
  savedNote: 'Enregistré dans l’archive, {{moment}} : {{names}}.',
  alreadyHeld: '{{present}} sur {{count}} étaient déjà dans l’archive.',
  archiveSilent: 'L’archive n’a pas dit ce qu’elle en a fait ; vérifiez qu’ils y sont.',
  savedSeries: 'Séries {{names}}.',
  leftAsItWas:
    'Ce qui s’y trouvait, de la même image, du même modèle, des mêmes réglages et de la même version du logiciel, est resté tel quel.',
  listedLater: 'Dans la liste dès que l’étude sera rechargée.',
  leftOut: 'Non créés, car à ce percentile la carte ne marque rien : {{names}}.',
  earlier_one: 'L’étude contient aussi une explication antérieure de cette image par ce modèle : {{named}}.',
  earlier_other:
    'L’étude contient aussi des explications antérieures de cette image par ce modèle : {{named}}.',
  earlierVersion: 'version {{version}}',
  maskFailed: 'Le masque n’a pas pu être affiché : {{reason}}',

  // How to read this, for every eye
  help: 'Comment lire ceci',
  helpIntro:
    'Cinq images d’un fantôme synthétique, expliquées par le modèle de fantômes fourni avec cette visionneuse. Aucun patient n’est montré.',
  helpFilm:
    'Le cliché. Le classifieur lui donne un score entre 0 et 1 ; au-dessus du seuil, sa réponse est « trouvé ». Le score n’est pas la probabilité d’une maladie.',
  helpSimilar:
    'L’image semblable (x_s) : générée par IA, avec la même réponse. Elle montre ce que le générateur change de toute façon ; pour les modèles de cette visionneuse, c’est presque le cliché lui-même.',
  helpOpposite:
    'L’image opposée (x_a) : générée par IA pour que le classifieur donne l’autre réponse. Si elle ne change pas la réponse, le panneau le dit, et la carte n’a pas de direction.',
  helpMap:
    'La carte : là où les deux diffèrent ; avec d’autres méthodes, là où les indices du classifieur changent entre elles. La ligne sous les couleurs dit lequel. Elle ne dit pas que moins, ou plus, à cet endroit changerait la réponse. Elle est aussi grossière que la grille du réseau : ses bords ne disent rien.',
  helpMask:
    'Le masque : les valeurs les plus hautes de la carte, autant que le percentile l’indique. C’est une coupe de la carte, pas le contour d’une anomalie.',
  helpLimits: 'Ce que cela ne peut pas dire',
  helpLimitReads:
    'Cela montre ce que lit le classifieur, pas où est la maladie. Une réponse fausse reçoit une carte tout aussi convaincante.',
  helpLimitMisses:
    'L’endroit où la carte est la plus haute est souvent hors de ce que les radiologues ont marqué : pour un cinquième à la moitié des clichés de test du modèle thoracique, selon la méthode, et pour la moitié des anomalies qu’il manque. Voyez les résultats fournis avec le modèle.',
  helpLimitNegative:
    'Si rien n’a été trouvé, les couleurs sont froides : elles ne marquent aucune anomalie. Les images opposées de tels clichés changent souvent aux mêmes endroits : l’endroit dit peu de ce cliché.',
  helpLimitSwitch:
    'Un endroit coloré n’est pas une mesure, un endroit sans couleur n’est pas rassurant. Lisez d’abord le cliché ; la touche {{key}} masque tout résultat de l’IA.',
  helpMissing: 'Les images n’ont pas pu être chargées ; les mots valent sans elles.',
  panelRegion: 'Explication du classifieur (IA)',
  runRegion: 'Modèle, méthode et lancement',
  announceDone: 'Explication prête. {{verdict}}. {{side}}. {{direction}}.',
  announceHidden: 'Résultat de l’IA masqué',
  announceShown: 'Résultat de l’IA affiché',
  announceAdversarial: 'L’image opposée (x_a) est affichée, générée par IA',
  announceSimilar: 'L’image semblable (x_s) est affichée, générée par IA',
  colours: 'Couleurs',
  coloursUsual: 'Habituelles (chaudes ; froides si rien n’a été trouvé)',
  coloursInferno: 'Inferno (noir à jaune)',
  coloursViridis: 'Viridis (bleu à jaune)',
  coloursCividis: 'Cividis (bleu à jaune, daltonisme)',
  coloursDirection: 'Direction (orange : les indices diminuent, bleu : ils augmentent)',
  coolLegend: 'Couleurs froides : elles ne marquent aucune anomalie.',
  evidenceDown: 'Orange : dans l’image opposée (x_a), les indices en faveur de {{name}} diminuent ici',
  evidenceUp: 'Bleu : ils augmentent ici',
  directionShort: 'orange : les indices diminuent dans x_a, bleu : ils augmentent',

  // Sentences of code that knows no language, found by their English words (`spoken.ts`)
  saidLabelView:
    'Le modèle ne dit rien de {{name}} ici : l’incidence est {{view}} ; il est fait pour {{views}}.',
  saidLabelNoView:
    'Le modèle ne dit rien de {{name}} ici : l’incidence n’est pas indiquée ; il est fait pour {{views}}.',
  saidLabelAge:
    'Le modèle ne dit rien de {{name}} ici : l’âge du patient, en années, est {{age}} ; il est fait pour {{low}} à {{high}} ans.',
  saidUnranked:
    'Le modèle ne dit rien de {{name}} : parmi ses images de validation, il a donné à celles avec l’anomalie un score plus bas qu’à celles sans.',
  saidUncalibrated:
    'Le score de {{name}} n’est pas calibré et son seuil n’est pas mesuré : les images de validation avaient toutes l’anomalie, ou aucune ne l’avait.',
  saidColour:
    'L’image est en couleur ({{samples}} valeurs par pixel) ; {{model}} lit des images en niveaux de gris.',
  saidOwnPicture:
    'Cette image a été faite par cette extension à partir d’un cliché et n’est pas une radiographie : ouvrez le cliché lui-même.',
  saidNotStated: '{{name}} n’est pas indiqué ; {{model}} est fait pour {{allowed}}.',
  saidIs: '{{name}} est {{value}} ; {{model}} est fait pour {{allowed}}.',
  saidTwoViews:
    'Series Description ou Protocol Name parle d’une vue de face et d’une vue de profil ; vérifiez laquelle est cette image.',
  saidFrames: 'L’image a {{count}} trames ; une seule est expliquée, sans les autres.',
  saidTooSmall:
    'L’image a {{columns}} × {{rows}} pixels ; {{model}} en demande au moins {{minColumns}} × {{minRows}}.',
  saidPhantomOnly:
    '{{model}} est fait pour des fantômes synthétiques seulement, et cette image n’est pas marquée comme tel (Synthetic Data (0008,001C) n’est pas YES).',
  saidNoIntendedUse: 'L’usage prévu de {{model}} n’est pas indiqué.',
  saidNoApplicability: 'Il n’est pas indiqué pour quelles images {{model}} est fait.',
  saidNoTrainingData: 'Les données d’entraînement de {{model}} ne sont pas indiquées.',
  saidIsAPhantom: 'Cette image est un fantôme synthétique.',
  saidIsPhantom: 'Cette image est un fantôme synthétique ; {{model}} est fait pour des patients.',
  saidRaw:
    'L’image contient les données brutes du détecteur (FOR PROCESSING) ; {{model}} est fait pour des images FOR PRESENTATION. Choisissez l’image traitée de cette exposition.',
  saidPolarity:
    'L’en-tête se contredit sur le sens des valeurs hautes, claires ou sombres : {{photometric}} avec Presentation LUT Shape {{shape}} (ce doit être {{fitting}}).',
  saidAgeNotStated: 'L’âge du patient n’est pas indiqué ; {{model}} est fait pour {{years}} ans et plus.',
  saidAgeUnreadable:
    'Patient’s Age (0010,1010) contient autre chose qu’un âge ; {{model}} est fait pour {{years}} ans et plus.',
  saidAgeOutside: 'L’âge du patient, en années, est {{age}} ; {{model}} est fait pour {{from}} à {{to}} ans.',
  saidAgeNoUnit:
    'Patient’s Age (0010,1010) n’a pas d’unité et est lu en années ; {{model}} est fait pour {{years}} ans et plus.',
  saidNoModelInstalled: 'Aucun modèle n’est installé à côté de l’extension.',
  saidOutlier:
    'Cette image diffère de celles sur lesquelles {{model}} a été entraîné ({{factor}} fois la distance que respectent 95 % de ses images de validation) : sa réponse peut ne rien signifier.',
  saidUnknownKind:
    'La région examinée (Body Part Examined) n’est pas indiquée, et l’image diffère de celles sur lesquelles {{model}} a été entraîné ({{factor}} fois la distance que respectent 95 % de ses images de validation) : elle ne reçoit pas de réponse.',
  saidBeyondLimit:
    'L’image diffère de celles sur lesquelles {{model}} a été entraîné ({{factor}} fois la distance que respectent 95 % de ses images de validation), plus qu’aucune d’elles : elle ne reçoit pas de réponse.',
  saidShutterAside:
    'L’en-tête indique un volet ou collimateur qui couvrirait {{share}} % de l’image ; il a été laissé de côté.',
  saidCollimated: '{{share}} % de l’image sont collimatés (volet ou bord) et laissés de côté.',
  saidSaturated:
    'L’image opposée (x_a) est noire ou blanche sur {{share}} % de l’image là où le cliché ne l’est pas : un changement qu’aucun cliché ne peut montrer.',
  saidConstant: 'La carte a la même valeur partout : elle ne marque rien.',
  saidBelowFloor:
    'La plus grande valeur de la carte est {{largest}}, pas au-dessus du plancher de {{floor}} de {{method}} (un niveau de gris d’une image 8 bits) : elle ne marque rien.',
  saidUnstable:
    'La carte est instable : les moyennes de deux moitiés de ses transformations concordent avec une corrélation de rang de {{correlation}}, sous {{threshold}}, qu’atteignent la plupart des images de validation de ce modèle. Faites la moyenne sur plus de transformations.',
  saidResearchOnly: 'Pour la recherche uniquement.',
  saidPhantomNotice: 'Fait pour des fantômes synthétiques ; il ne sait rien des patients.',
  saidOpacity: 'opacité',
  saidNoDevice: 'Pas un dispositif médical ; ni pour le diagnostic ni pour le traitement.',
  saidPneumonia: 'pneumonie / opacité pulmonaire',
  saidNoSeries: 'La fenêtre active ne montre aucune série. Ouvrez-y une radiographie du thorax.',
  saidNoViewport: 'Aucune fenêtre n’est active. Ouvrez une image et cliquez dessus.',
  saidStillLoading:
    'La visionneuse n’a pas encore chargé l’image de cette fenêtre. Elle est expliquée dès qu’elle est là, si on le demande.',
  saidColourOnly:
    'L’image est en couleur ({{samples}} valeurs par pixel) ; seules des images en niveaux de gris peuvent être expliquées.',
  saidNoImage:
    'L’objet {{kind}} n’a pas d’image que la visionneuse puisse montrer ; il n’y a rien à expliquer.',
  saidOfModality: 'de modalité {{modality}}',
  saidOnDisplay: 'affiché',
  saidNotDrawn:
    'La visionneuse ne peut pas dessiner cette image{{reason}}. Une explication ne pourrait pas être regardée à côté de son cliché ; aucune n’est faite. Faites corriger l’en-tête, ou utilisez « explain run », qui n’a pas besoin d’espacement.',
  saidPhotometric:
    'La Photometric Interpretation est {{value}} ; seules MONOCHROME1 et MONOCHROME2 peuvent être expliquées.',
  saidNoPixels:
    'La visionneuse n’a pas les pixels de cette image : elle n’en a pas, ou n’a pas pu être décodée (fichier tronqué ou endommagé).',
  saidTruncated:
    'L’image annonce {{columns}} × {{rows}} pixels mais en contient {{count}} : le fichier est tronqué ou endommagé.',
  saidNoNumber: '{{keyword}} n’est pas un nombre.',
  saidSlopeZero: 'Rescale Slope vaut 0, ce qui rendrait tous les pixels égaux.',
  saidLevelsLost:
    'Avec Rescale Slope {{slope}} et Rescale Intercept {{intercept}}, des niveaux de gris de l’image ne pourraient être distingués (simple précision). Faites corriger l’en-tête.',
  saidMirrored:
    'Patient Orientation (0020,0020) vaut {{orientation}} : le cliché est en miroir, la gauche du patient à sa gauche ; {{model}} est fait pour des clichés qui ne le sont pas.',
  saidTurned:
    'Patient Orientation (0020,0020) vaut {{orientation}} : le cliché est tourné ; {{model}} est fait pour des clichés de face à l’endroit ({{upright}}).',
  saidForgotten: 'Cette explication n’est plus conservée ; expliquez à nouveau.',
  saidImageForgotten: 'L’image n’est plus conservée ; expliquez à nouveau.',
  saidNoUsableModel: 'Aucun modèle utilisable sous {{place}}. {{reasons}}',
  saidNoMethod: '{{model}} ne contient rien qu’une des méthodes puisse utiliser.',
  saidWorkerStart:
    'Le processus de calcul {{url}} ne démarre pas ({{reasons}}). Vérifiez que le fichier est servi et que la Content-Security-Policy de la page le permet : {{policy}}',
  saidComputeWorker: 'Le processus de calcul',
  saidWorkerLost: '{{worker}} a été arrêté par le navigateur, peut-être faute de mémoire.',
  saidWorkerSilent: '{{worker}} n’a pas répondu depuis {{time}}.',
  saidWorkerAdvice: 'Appuyez sur Expliquer pour le relancer, ou prenez un autre moteur.',
  saidMemory:
    'Les réseaux ont manqué de mémoire ({{reason}}). Fermez d’autres pages, ou faites la moyenne sur moins de transformations ; puis appuyez sur Expliquer.',
  saidContextLost:
    'Le navigateur a retiré le contexte graphique (pilote réinitialisé, veille, ou trop de pages sur le GPU). Appuyez sur Expliquer pour réessayer le GPU, ou continuez avec WebAssembly, qui n’en a pas besoin.',
  saidStored: 'Cette explication a été lue dans l’archive, qui détient ses objets.',
  saidRestored:
    'Cette explication vient de l’archive. Expliquez à nouveau pour en créer et enregistrer une nouvelle.',
  saidWrongSize:
    'La carte stockée a {{mapColumns}} × {{mapRows}} pixels, l’image {{columns}} × {{rows}} : elle appartient à une autre image.',
  saidStoredScore:
    'Le résultat enregistré indique un score de {{score}} ; les scores sont compris entre 0 et 1.',
  saidStoredContradicts:
    'Le résultat enregistré se contredit : {{what}} ne découle pas de ses scores et de son point de fonctionnement.',
  saidStoredIdentifier:
    'L’identifiant du résultat enregistré ne découle pas de l’image, du modèle et des réglages qu’il nomme.',
  saidStoredRange:
    'La carte enregistrée contient des valeurs de {{least}} à {{largest}}, que {{method}} ne produit pas.',
  saidStoredFrames: 'La carte enregistrée indique {{frames}} images ; un résultat n’en a qu’une.',
  saidStoredElse: 'L’archive a envoyé un autre objet que celui qu’elle annonce.',
  saidStoredScoreDiffers:
    'Le score enregistré {{stored}} n’est pas celui que ce modèle donne pour cette image, {{given}}.',
  saidStoredPoint:
    'Le point de fonctionnement enregistré {{stored}} n’est pas celui de ce modèle, {{given}}.',
  saidStoredClasses:
    'Le résultat enregistré nomme d’autres classes ({{stored}}) que celles de ce modèle ({{given}}).',
  saidStoredNotOurs: 'Il a été modifié, ou ne vient pas de ce logiciel ; il n’est pas affiché.',
  saidStoredUnverified:
    'Ce résultat enregistré n’a pas pu être vérifié : {{model}} avec les fichiers qu’il nomme n’est pas installé ici.',
  saidStoredVersion:
    'La version {{software}} a enregistré le score {{stored}} ; cette version donne {{given}} pour cette image.',
  saidNotFetched: 'L’objet stocké n’a pas pu être récupéré : {{reason}}.',
  saidOtherNotOf: 'L’objet ne se réfère pas à cette image.',
  saidOtherShape: 'L’objet a {{object}} pixels, l’image {{image}} : ils ne peuvent être superposés.',
  saidOtherElsewhere: 'L’objet se trouve ailleurs dans l’espace que l’image.',
  saidOtherTooMuch:
    'L’objet contient bien plus que ce qui peut être affiché sur une image (plus de {{most}}) ; rien n’en est affiché.',
  saidOtherNotFinite: 'L’objet contient des valeurs qui ne sont pas finies.',
  saidOtherContradicts: 'L’objet se contredit : {{what}}.',
  saidOtherNothing: 'L’objet ne contient rien qui puisse être affiché sur une image.',
  saidOtherCoding: 'Les pixels de l’objet sont compressés d’une façon qui n’est pas lue ici ({{name}}).',
  saidFrameUnknown:
    'La visionneuse ne dit pas quelle trame elle montre ; aucun objet ne pourrait s’y référer.',
  saidCannotStore:
    'La source de données active ne peut pas enregistrer d’objets. Rien n’a été enregistré ; téléchargez les objets.',
  saidNotTaken: 'L’archive n’a pas accepté cet objet : {{object}} ({{reason}}).',
  saidSavedBefore: 'Objets enregistrés avant lui : {{count}}.',
  saidTryAgain: 'Rien n’est perdu dans la visionneuse : réessayez.',
  saidLogIn: 'Rien n’est perdu dans la visionneuse : reconnectez-vous, puis réessayez.',
  saidNoAnswer: 'pas de réponse : la connexion a échoué ou menait à un autre hôte',
  saidNotReady: 'La fenêtre n’est pas prête à être exportée. Réessayez.',
  saidNoneChosen: 'Aucun objet n’est choisi ; choisissez-en au moins un.',
  // Answer
  answerTitle: 'Votre réponse',
  answerQuestion: 'La carte montre-t-elle ce qui compte pour la constatation ?',
  answerAgree: 'D’accord',
  answerDisagree: 'Pas d’accord',
  answerUnsure: 'Incertain',
  answerMark: 'Prendre ma marque',
  answerMarkHint: 'Prend le rectangle ou le contour sélectionné, ou dessiné en dernier, sur ce cliché.',
  answerMarkOnGenerated:
    'Cette marque a été dessinée pendant qu’une image générée était affichée : elle n’est pas prise. Dessinez-la sur le cliché.',
  answerNoMark:
    'Il n’y a ni rectangle ni contour fermé sur ce cliché : dessinez-en un avec les outils de la visionneuse.',
  answerHit: 'dans la marque',
  answerMiss: 'en dehors',
  answerNote: 'Note (sans données de patient)',
  answerKeep: 'Garder dans ce navigateur',
  answerKept: 'Gardée dans ce navigateur.',
  answerFirst: 'Dites d’abord si vous êtes d’accord.',
  answerClear: 'Tout supprimer',
  answerCount: 'Réponses gardées dans ce navigateur : {{count}}',
  answerMap: 'Carte',
  answerOverlap: 'Recouvrement (IoU)',
  overlapHint:
    'Surface commune à la marque et au masque, sur la surface des deux ensemble ; 1 : la même surface.',
  answerPeak: 'Maximum',
  answerDistance: 'Distance',
  answerAtDetector: '{{number}} mm au détecteur',
  answerReader: 'Qui répond : nom ou code',
  answerReaderHint: 'Figure dans la réponse enregistrée et dans la liste des résultats.',
  answerNoReader: 'Dites d’abord qui répond : un nom ou un code.',
  answerAttest: 'J’atteste cette réponse au nom de {{organization}}',
  answerSave: 'Enregistrer la réponse dans l’archive (SR)',
  answerObject: 'réponse (SR)',
  answerVerified: 'attestée',
  answerMarked: 'avec une marque',
};
