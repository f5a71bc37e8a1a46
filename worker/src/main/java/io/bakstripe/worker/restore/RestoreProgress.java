package io.bakstripe.worker.restore;

import io.bakstripe.protocol.message.DatabaseCommand.RestoredStripe;
import io.bakstripe.worker.restore.RestoreEvent.StripeFound;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts the bytes of one run as they are written. Thread-safe. */
final class RestoreProgress {
    private static final int STEPS = 20;
    private static final long MILLIS_PER_SECOND = 1000;

    private final Instant begun;
    private final long total;
    private final AtomicLongArray written;
    private final AtomicLong all = new AtomicLong();

    RestoreProgress(Instant begun, List<StripeFound> stripes) {
        this.begun = begun;
        this.total = stripes.stream().mapToLong(StripeFound::plainBytes).sum();
        this.written = new AtomicLongArray(stripes.size());
    }

    /** Counts; true when these bytes reach another 5 percent of the set. */
    boolean add(int family, long bytes) {
        written.addAndGet(family - 1, bytes);
        long now = all.addAndGet(bytes);
        return total > 0 && (now - bytes) * STEPS / total != now * STEPS / total;
    }

    /** How far each stripe is: what was written, or what an earlier run recorded if that is more. */
    List<RestoredStripe> stripes(Instant now, RestoreFacts facts) {
        long millis = Math.max(1, now.toEpochMilli() - begun.toEpochMilli());
        List<RestoredStripe> stripes = new ArrayList<>();
        for (int index = 0; index < facts.stripes().size(); index++) {
            StripeFound found = facts.stripes().get(index);
            long run = written.get(index);
            long done =
                    Math.min(found.plainBytes(), Math.max(run, facts.doneBytes().get(index)));
            stripes.add(new RestoredStripe(found.file(), done, found.plainBytes(), run * MILLIS_PER_SECOND / millis));
        }
        return stripes;
    }
}
