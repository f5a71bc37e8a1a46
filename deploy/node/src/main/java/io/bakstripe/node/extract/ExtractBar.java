package io.bakstripe.node.extract;

import io.bakstripe.protocol.stripe.SetFacts;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One bar for each set, on the standard error of a terminal; elsewhere one line for each. */
final class ExtractBar implements Extraction.Progress, AutoCloseable {
    private static final long MIB = 1 << 20;
    private static final int REDRAW_MILLIS = 200;

    private final boolean terminal;
    private final PrintWriter err;
    private volatile @Nullable ProgressBar bar;

    /** @param err takes the lines where there is no terminal */
    ExtractBar(boolean terminal, PrintWriter err) {
        this.terminal = terminal;
        this.err = err;
    }

    @Override
    public void begins(SetFacts set) {
        close();
        String name = set.type() + " " + set.setId();
        if (!terminal) {
            err.println("extracting " + name + ", " + set.stop().plainBytes() + " bytes");
            err.flush();
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(set.stop().plainBytes())
                .setUnit(" MiB", MIB)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .showSpeed()
                .build();
    }

    @Override
    public void written(long bytes) {
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
