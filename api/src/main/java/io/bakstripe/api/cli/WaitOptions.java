package io.bakstripe.api.cli;

import picocli.CommandLine.Option;

/** Whether a command waits for the end of the task it made. */
final class WaitOptions {
    @Option(
            names = "--wait",
            negatable = true,
            description = "Wait for the end of the task, showing its progress; exit 0 only when it ends in SUCCESS,"
                    + " 1 also when the server cannot be reached: 'tasks ID --wait' waits on."
                    + " Default: print the task's row and go.")
    private boolean untilEnd;

    boolean untilEnd() {
        return untilEnd;
    }
}
