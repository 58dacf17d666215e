/** A place where one draws by mouse, pen, finger or keyboard. */
export interface Drawing {
  readonly clear: () => void;
  /** Puts an image of 28×28 values from 0 to 1 in place of the drawing. */
  readonly setImage: (image: Float32Array) => void;
  /** The ink of each point in rows, from 0 to 1. */
  readonly ink: () => { readonly ink: Float32Array; readonly width: number };
}

const stroke = 20;
/** How far an arrow key moves the pen. */
const stride = 14;

/**
 * Makes a canvas a place to draw. Ink is black on white, in light and in dark.
 *
 * @param changed - Called after each change.
 * @param said - Called with what the pen does, when it is moved by keys.
 */
export function drawingOn(
  canvas: HTMLCanvasElement,
  changed: () => void,
  said: (text: string) => void,
): Drawing {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("drawing: this browser must have a 2-D canvas");
  const { width, height } = canvas;
  const pen = { x: width / 2, y: height / 4, isDown: false };
  /** The picture without the mark of the pen. */
  let under: ImageData | null = null;
  const lift = () => {
    if (under !== null) context.putImageData(under, 0, 0);
    under = null;
  };
  const show = () => {
    under = context.getImageData(0, 0, width, height);
    context.beginPath();
    context.arc(pen.x, pen.y, stroke / 2, 0, 2 * Math.PI);
    context.strokeStyle = pen.isDown ? "#c2410c" : "#0b6578";
    context.lineWidth = 3;
    context.stroke();
  };
  const clear = () => {
    under = null;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
  };
  const line = (from: readonly [number, number], to: readonly [number, number]) => {
    context.strokeStyle = "#000";
    context.lineWidth = stroke;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  };
  const placeOf = ({ clientX, clientY }: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [
      ((clientX - box.left) * width) / box.width,
      ((clientY - box.top) * height) / box.height,
    ];
  };

  let last: [number, number] | null = null;
  canvas.addEventListener("pointerdown", (event) => {
    lift();
    canvas.setPointerCapture(event.pointerId);
    last = placeOf(event);
    line(last, last);
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (last === null) return;
    const next = placeOf(event);
    line(last, next);
    last = next;
    changed();
  });
  for (const name of ["pointerup", "pointercancel"] as const) {
    canvas.addEventListener(name, () => {
      last = null;
    });
  }

  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-stride, 0],
    ArrowRight: [stride, 0],
    ArrowUp: [0, -stride],
    ArrowDown: [0, stride],
  };
  canvas.addEventListener("focus", () => {
    if (canvas.matches(":focus-visible")) show();
  });
  canvas.addEventListener("blur", lift);
  canvas.addEventListener("keydown", (event) => {
    const move = moves[event.key];
    const isKnown = move !== undefined || [" ", "Delete", "Backspace"].includes(event.key);
    if (!isKnown) return;
    event.preventDefault();
    lift();
    if (move !== undefined) {
      const from = [pen.x, pen.y] as const;
      pen.x = Math.min(width - stroke, Math.max(stroke, pen.x + move[0]));
      pen.y = Math.min(height - stroke, Math.max(stroke, pen.y + move[1]));
      if (pen.isDown) line(from, [pen.x, pen.y]);
    } else if (event.key === " ") {
      pen.isDown = !pen.isDown;
      if (pen.isDown) line([pen.x, pen.y], [pen.x, pen.y]);
      said(pen.isDown ? "The pen is down." : "The pen is up.");
    } else {
      clear();
      said("Cleared.");
    }
    changed();
    show();
  });
  clear();
  return {
    clear: () => {
      clear();
      changed();
    },
    setImage: (image) => {
      clear();
      const size = width / 28;
      for (const [i, value] of image.entries()) {
        const shade = Math.round(255 * (1 - value));
        context.fillStyle = `rgb(${shade}, ${shade}, ${shade})`;
        context.fillRect((i % 28) * size, Math.floor(i / 28) * size, size, size);
      }
      changed();
    },
    ink: () => {
      const { data } = under ?? context.getImageData(0, 0, width, height);
      const ink = Float32Array.from(
        { length: width * height },
        (_, i) => 1 - (data[4 * i] as number) / 255,
      );
      return { ink, width };
    },
  };
}
