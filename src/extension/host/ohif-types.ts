/**
 * The parts of OHIF 3.13 and Cornerstone3D 5 that this extension uses, typed by hand: `@ohif/*` ships no declarations,
 * and importing values from either would bundle a second copy.
 */

export interface Subscription {
  unsubscribe(): void;
}

export interface PubSub {
  EVENTS: Record<string, string>;
  subscribe(event: string, callback: (payload: unknown) => void): Subscription;
}

/** Naturalised DICOM attributes of an instance. */
export type Instance = Record<string, unknown>;

export interface DisplaySet {
  displaySetInstanceUID: string;
  StudyInstanceUID?: string;
  SeriesInstanceUID?: string;
  SeriesNumber?: number | string;
  SeriesDescription?: string;
  Modality?: string;
  imageIds?: string[];
  instances?: Instance[];
  instance?: Instance;
  /** The viewer has no way to show it. */
  unsupported?: boolean;
}

interface DisplaySetService extends PubSub {
  getDisplaySetByUID(uid: string): DisplaySet | undefined;
  getActiveDisplaySets?(): DisplaySet[];
  deleteDisplaySet?(uid: string): void;
}

/** What is laid out, and what each viewport shows. */
export interface GridState {
  viewports: Map<string, unknown>;
  activeViewportId?: string | null;
}

interface HangingProtocolService {
  protocols?: Map<string, unknown>;
  addProtocol(id: string, protocol: unknown): void;
  addCustomAttribute(id: string, name: string, callback: () => unknown): void;
  setProtocol(
    id: string,
    options: {
      stageIndex: number;
      /** Display sets for a selector of the protocol, by study, selector and number of the match. */
      displaySetSelectorMap?: Record<string, string[]>;
      /** The grid is put back by the caller. */
      restoreProtocol?: boolean;
    },
  ): void;
  getState?(): { protocolId: string; stageIndex: number } | undefined;
  getActiveProtocol?(): { activeStudy?: { StudyInstanceUID?: string } };
}

interface ViewportGridService extends PubSub {
  getActiveViewportId(): string | null | undefined;
  getDisplaySetsUIDsForViewport(viewportId: string): string[] | undefined;
  getState(): GridState;
  set?(state: GridState): void;
  setDisplaySetsForViewport?(options: { viewportId: string; displaySetInstanceUIDs: string[] }): void;
}

interface VoiRange {
  lower: number;
  upper: number;
}

export interface ViewportProperties {
  voiRange?: VoiRange;
  VOILUTFunction?: string;
  invert?: boolean;
  colormap?: { name?: string };
}

export type Point2 = [number, number];
export type Point3 = [number, number, number];

/** The colours in which vtk.js draws values, piecewise linear between nodes. */
interface TransferFunction {
  getSize(): number;
  /** Fills `node` with position, red, green, blue (0 to 1) and more. */
  getNodeValue(index: number, node: number[]): unknown;
}

/** Something that vtk.js draws. */
interface Actor {
  getProperty?(): { getRGBTransferFunction?(component: number): TransferFunction | null | undefined };
  setVisibility?(visible: boolean): unknown;
  getMapper?(): {
    getInputData?():
      | {
          getPointData?(): {
            getScalars?(): { setRange?(range: { min: number; max: number }, component: number): unknown };
          };
        }
      | undefined;
  };
}

export interface CornerstoneViewport {
  /** Whether its picture is mirrored. */
  getCamera?(): { flipHorizontal?: boolean; flipVertical?: boolean };
  id: string;
  renderingEngineId?: string;
  type?: string;
  element: HTMLDivElement;
  worldToCanvas(world: Point3): Point2;
  getImageData?(): { imageData?: { indexToWorld(index: Point3): ArrayLike<number> } } | undefined;
  getCurrentImageId?(): string | undefined;
  getImageIds?(): string[];
  setImageIdIndex?(index: number): Promise<unknown>;
  getProperties?(): ViewportProperties;
  setProperties?(properties: ViewportProperties): void;
  /** Pan and zoom, independent of the viewport's size. */
  getViewPresentation?(): unknown;
  /** What is drawn in it; `referencedId` of a labelmap is the image that holds it. */
  getActors?(): { referencedId?: string; actor: Actor }[];
  /** The image itself; none where it is drawn without vtk.js. */
  getDefaultActor?(): { actor: Actor } | null | undefined;
  setViewPresentation?(view: unknown): void;
  getSourceDataId?(): string | undefined;
  getDisplaySetPresentation?(displaySetId?: string): ViewportProperties | undefined;
  /** Window, polarity and colours as the image states them. */
  resetProperties?(): void;
  render?(): void;
}

interface CornerstoneViewportService extends PubSub {
  getCornerstoneViewport(viewportId: string): CornerstoneViewport | null | undefined;
  getRenderingEngine?():
    { getViewport?(viewportId: string): CornerstoneViewport | undefined } | null | undefined;
}

export type PixelArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export interface CornerstoneImage {
  imageId: string;
  rows: number;
  columns: number;
  slope?: number;
  intercept?: number;
  color?: boolean;
  isPreScaled?: boolean;
  preScale?: { scaled?: boolean };
  invert?: boolean;
  voxelManager?: { getScalarData(): PixelArray };
  getPixelData?(): PixelArray;
}

export interface ColormapPreset {
  RGBPoints?: number[];
}

export interface Cornerstone {
  cache: {
    getImage(imageId: string): CornerstoneImage | undefined;
    /** An image that is loaded, or being loaded. */
    getImageLoadObject?(imageId: string): { promise: Promise<CornerstoneImage> } | undefined;
  };
  metaData: { get(type: string, imageId: string): Record<string, unknown> | undefined };
  eventTarget: EventTarget;
  utilities: {
    imageToWorldCoords?(imageId: string, point: Point2): number[] | undefined;
    colormap?: { getColormap(name: string): ColormapPreset | undefined };
  };
}

/** An annotation of the viewer's tools; points are in the world of its viewport. */
export interface Annotation {
  annotationUID?: string;
  metadata?: { toolName?: string; referencedImageId?: string };
  data?: {
    handles?: { points?: Point3[] };
    contour?: { polyline?: Point3[] };
  };
}

export interface CornerstoneTools {
  annotation?: {
    state: {
      getAllAnnotations(): Annotation[];
      removeAnnotation(annotationUID: string): void;
    };
    selection?: { getAnnotationsSelected(): string[] };
  };
  ToolGroupManager?: {
    getToolGroupForViewport(
      viewportId: string,
      renderingEngineId?: string,
    ):
      | {
          getActivePrimaryMouseButtonTool?(): string | undefined;
          /** One that makes annotations has `addNewAnnotation`. */
          getToolInstance(name: string): { addNewAnnotation?: unknown } | undefined;
        }
      | undefined;
  };
  RectangleROITool?: {
    hydrate?(viewportId: string, points: Point3[], options?: { annotationUID?: string }): void;
  };
  segmentation: {
    triggerSegmentationEvents: { triggerSegmentationDataModified(segmentationId: string): void };
  };
}

interface Segmentation {
  segmentationId: string;
  representationData: { Labelmap?: { imageIds?: string[] } };
}

/** How Cornerstone draws a labelmap; widths in dots of the screen. */
interface LabelmapStyle {
  renderFill?: boolean;
  renderOutline?: boolean;
  fillAlpha?: number;
  outlineOpacity?: number;
  outlineWidth?: number;
}

interface SegmentationService extends PubSub {
  createLabelmapForDisplaySet(
    displaySet: DisplaySet,
    options: { segmentationId?: string; label: string; segments: Record<number, Record<string, unknown>> },
  ): Promise<string>;
  addSegmentationRepresentation(
    viewportId: string,
    options: { segmentationId: string; type: string },
  ): Promise<unknown>;
  getSegmentation(segmentationId: string): Segmentation | undefined;
  getSegmentationRepresentations?(
    viewportId: string,
    specifier?: { segmentationId?: string },
  ): { segmentationId: string; segments?: Record<number, { visible?: boolean } | undefined> }[];
  setSegmentColor(viewportId: string, segmentationId: string, segmentIndex: number, colour: number[]): void;
  setSegmentVisibility?(
    viewportId: string,
    segmentationId: string,
    segmentIndex: number,
    visible: boolean,
  ): void;
  getSegmentColor?(viewportId: string, segmentationId: string, segmentIndex: number): number[] | undefined;
  getStyle?(specifier: {
    viewportId: string;
    segmentationId: string;
    type: string;
  }): LabelmapStyle | undefined;
  setStyle?(specifier: { segmentationId: string; type: string }, style: Record<string, unknown>): void;
  setSegmentLabel?(segmentationId: string, segmentIndex: number, label: string): void;
  remove(segmentationId: string): void;
}

export interface PanelService extends PubSub {
  getPanels(position: string): { id: string; name?: string }[];
  addPanel(position: string, panelId: string, options?: Record<string, unknown>): void;
  activatePanel(panelId: string, forceActive?: boolean): void;
  setPanels?(panels: Record<string, string[]>, options: Record<string, unknown>): void;
}

export interface ToolbarButton {
  id: string;
  uiType: string;
  props: Record<string, unknown>;
}

export interface ToolbarService extends PubSub {
  state?: { buttonSections?: Record<string, string[]> };
  register(buttons: ToolbarButton[], replace?: boolean): void;
  updateSection(section: string, buttonIds: string[]): void;
  getButton?(id: string): ToolbarButton | undefined;
}

export interface Services {
  viewportGridService: ViewportGridService;
  hangingProtocolService?: HangingProtocolService;
  displaySetService: DisplaySetService;
  cornerstoneViewportService: CornerstoneViewportService;
  segmentationService: SegmentationService;
  panelService: PanelService;
  toolbarService: ToolbarService;
  uiNotificationService?: {
    show(notification: {
      title: string;
      message: string;
      type: string;
      duration?: number;
      allowDuplicates?: boolean;
    }): unknown;
  };
  customizationService?: {
    getCustomization(id: string): unknown;
    setCustomizations?(customizations: Record<string, unknown>, scope: string): void;
  };
  userAuthenticationService?: { getAuthorizationHeader(): unknown; getUser?(): unknown };
}

interface ServicesManager {
  services: Services;
}

export interface DataSource {
  /** OHIF's DICOMweb source sends by the request that it is given, so that the caller can read the answer. */
  store?: { dicom?(dataset: unknown, request?: XMLHttpRequest): Promise<unknown> };
  retrieve?: {
    getWadoDicomWebClient?(): DicomWebClient | undefined;
    series?: { metadata?(query: { StudyInstanceUID: string }): Promise<unknown> };
  };
  /** Forgets an answer to a query for metadata, or that it failed. */
  deleteStudyMetadataPromise?(name: string): void;
  getConfig?(): { name?: unknown } | undefined;
}

/** What is used of `dicomweb-client`, answered in the DICOM JSON Model. */
export interface DicomWebClient {
  retrieveStudyMetadata?(options: { studyInstanceUID: string }): Promise<Record<string, unknown>[]>;
  searchForInstances?(options: {
    studyInstanceUID: string;
    seriesInstanceUID: string;
    queryParams: Readonly<Record<string, string>>;
  }): Promise<Record<string, { Value?: unknown[] } | undefined>[]>;
}

export interface ExtensionManager {
  getModuleEntry(id: string): { exports?: Record<string, unknown> } | undefined;
  getActiveDataSource(): (DataSource | undefined)[] | undefined;
  /** The viewer's `window.config`. */
  appConfig?: Record<string, unknown>;
}

interface CommandsManager {
  runCommand(name: string, options?: Record<string, unknown>, context?: string): unknown;
}

/** Arguments that OHIF hands to an extension's hooks and modules. */
export interface HostArguments {
  servicesManager: ServicesManager;
  extensionManager: ExtensionManager;
  commandsManager: CommandsManager;
  configuration?: unknown;
  /** The viewer's `window.config`. */
  appConfig?: Record<string, unknown>;
}

/** Viewport of the viewer's own Capture dialog, which shows what the picture will: it stands in no grid. */
export const captureViewportId = 'cornerstone-viewport-download-form';

export const cornerstoneEvents = {
  imageRendered: 'CORNERSTONE_IMAGE_RENDERED',
  cameraModified: 'CORNERSTONE_CAMERA_MODIFIED',
  voiModified: 'CORNERSTONE_VOI_MODIFIED',
  stackNewImage: 'CORNERSTONE_STACK_NEW_IMAGE',
  elementEnabled: 'CORNERSTONE_ELEMENT_ENABLED',
  elementDisabled: 'CORNERSTONE_ELEMENT_DISABLED',
  imageLoadError: 'IMAGE_LOAD_ERROR',
  imageLoadFailed: 'CORNERSTONE_IMAGE_LOAD_FAILED',
  annotationCompleted: 'CORNERSTONE_TOOLS_ANNOTATION_COMPLETED',
  annotationModified: 'CORNERSTONE_TOOLS_ANNOTATION_MODIFIED',
  annotationRemoved: 'CORNERSTONE_TOOLS_ANNOTATION_REMOVED',
} as const;
