package io.bakstripe.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One bar for each stripe, on standard error; they appear when the plan is known. */
final class ProgressBars implements ProgressView {
    private static final long MIB = 1 << 20;
    private static final int REDRAW_MILLIS = 200;

    private final List<ProgressBar> bars = new ArrayList<>();

    @Override
    public void show(JsonNode document) {
        JsonNode stripes = document.path("stripes");
        // Before the plan is known there is nothing to draw; a new attempt may have a new plan, the bars follow it.
        if (document.path("bytesTotal").asLong() == 0) {
            return;
        }
        while (bars.size() < stripes.size()) {
            bars.add(bar(stripes.get(bars.size())));
        }
        for (int i = 0; i < stripes.size(); i++) {
            JsonNode stripe = stripes.get(i);
            bars.get(i).maxHint(stripe.path("bytesTotal").asLong());
            bars.get(i).stepTo(stripe.path("bytesDone").asLong());
            bars.get(i).setExtraMessage(" " + stripe.path("state").asText());
        }
    }

    @Override
    public void close() {
        bars.forEach(ProgressBar::close);
    }

    private static ProgressBar bar(JsonNode stripe) {
        String file = stripe.path("file").asText();
        return new ProgressBarBuilder()
                .setTaskName(file.substring(file.lastIndexOf('/') + 1))
                .setInitialMax(stripe.path("bytesTotal").asLong())
                .setUnit(" MiB", MIB)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REDRAW_MILLIS)
                .showSpeed()
                .build();
    }
}
