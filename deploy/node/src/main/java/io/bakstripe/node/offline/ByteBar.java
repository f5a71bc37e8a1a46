package io.bakstripe.node.offline;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One bar for each thing that is worked on, on the standard error of a terminal; elsewhere one line for each. */
public final class ByteBar implements AutoCloseable {
    private static final long MIB = 1 << 20;
    private static final int REDRAW_MILLIS = 200;

    private final boolean terminal;
    private final PrintWriter err;
    private final String doing;
    private volatile @Nullable ProgressBar bar;

    /**
     * @param terminal whether there is one
     * @param err takes the lines where there is none
     * @param doing what the lines begin with
     */
    public ByteBar(boolean terminal, PrintWriter err, String doing) {
        this.terminal = terminal;
        this.err = err;
        this.doing = doing;
    }

    /** The next one is begun. */
    public void begins(String name, long bytes) {
        close();
        if (!terminal) {
            err.println(doing + " " + name + ", " + bytes + " bytes");
            err.flush();
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(bytes)
                .setUnit(" MiB", MIB)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .showSpeed()
                .build();
    }

    /** So many more bytes of it are done; from any thread. */
    public void done(long bytes) {
        ProgressBar shown = bar;
        if (shown != null) {
            shown.stepBy(bytes);
        }
    }

    @Override
    public void close() {
        ProgressBar shown = bar;
        if (shown != null) {
            shown.close();
            bar = null;
        }
    }
}
