/** The parts of a page in their order, with a sentence on what each shows. */
export const parts = [
  {
    id: "summary",
    title: "Summary",
    about:
      "The result of each optimizer and setting. Runs that differ only in their seed share a row.",
  },
  {
    id: "curves",
    title: "Curves",
    about:
      "How cost and accuracy change, by epoch on the left and by the time of training on the right.",
  },
  {
    id: "compared",
    title: "Side by side",
    about:
      "A column for each optimizer and setting, with only those settings in which they differ.",
  },
  {
    id: "rates",
    title: "Learning rates",
    about:
      "The cost after the last epoch, by learning rate. A flat line means that the choice matters little.",
  },
  {
    id: "model",
    title: "The model",
    about:
      "The parts of the model from input to output, with the metric of their parameters and the way to solve with it.",
  },
  {
    id: "blocks",
    title: "Blocks of the metric",
    about:
      "Each block is a group of parameters with a metric of its own. The step length says how far a step moves the block's response.",
  },
  {
    id: "spectra",
    title: "Spectra",
    about:
      "The eigenvalues of each block of the metric, the largest first. Small ones belong to directions that hardly change the response.",
  },
  {
    id: "time",
    title: "Where the time of a step goes",
    about: "A bar for each kind of operation, with how many of them a training step has.",
  },
  { id: "settings", title: "Settings", about: "All settings of each optimizer; open one to read." },
  {
    id: "environment",
    title: "Environment",
    about: "The machine and the software. Seconds can be compared only where these are the same.",
  },
  { id: "again", title: "Make it again", about: "Each command makes one of the runs again." },
] as const;
