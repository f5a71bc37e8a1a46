package io.bakstripe.node.extract;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.procedure.StopAt;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.SetFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which of the sets that somebody names make a database, and in which order: the newest full backup, the newest differential of it, and the logs from there on, as few
 * as there are. With a moment only what had ended before it counts, and the logs up to that moment.
 *
 * <p>Whether each set may follow the one before is judged by the rules of restores when its turn comes; this chooses only.
 */
final class ExtractPlan {
    private static final Comparator<SetFacts> NEWEST = Comparator.comparing(SetFacts::lastLsn);

    private ExtractPlan() {}

    /**
     * Chooses. Throws {@code FULL_MISSING} when there is no full backup, or none before the moment, and {@code DATABASES_MIXED} for sets of several servers.
     *
     * @param toTime the moment that is asked for; empty: as far as the sets reach
     */
    static List<SetFacts> choose(List<SetFacts> sets, Optional<Instant> toTime) {
        requireOneServer(sets);
        List<SetFacts> chosen = new ArrayList<>();
        SetFacts full = sets.stream()
                .filter(set -> set.type() == BackupType.FULL && endsBefore(set, toTime))
                .max(NEWEST)
                .orElseThrow(() -> missing(toTime));
        chosen.add(full);
        sets.stream()
                .filter(set -> set.type() == BackupType.DIFFERENTIAL && endsBefore(set, toTime))
                .filter(set -> set.baseSet().equals(Optional.of(full.setId())))
                .filter(set -> set.lastLsn().compareTo(full.lastLsn()) > 0)
                .max(NEWEST)
                .ifPresent(chosen::add);
        chosen.addAll(logs(sets, chosen.get(chosen.size() - 1).lastLsn(), toTime));
        return List.copyOf(chosen);
    }

    private static List<SetFacts> logs(List<SetFacts> sets, Lsn from, Optional<Instant> toTime) {
        List<SetFacts> left = sets.stream()
                .filter(set -> set.type() == BackupType.LOG && beginsBefore(set, toTime))
                .collect(Collectors.toCollection(ArrayList::new));
        List<SetFacts> chosen = new ArrayList<>();
        Lsn reached = from;
        while (true) {
            Lsn position = reached;
            left.removeIf(set -> set.lastLsn().compareTo(position) <= 0);
            // Behind a gap the next one is taken all the same: the rules then say what is missing.
            Optional<SetFacts> next = left.stream()
                    .filter(set -> set.firstLsn().compareTo(position) <= 0)
                    .max(NEWEST)
                    .or(() -> left.stream().min(Comparator.comparing(SetFacts::firstLsn)));
            if (next.isEmpty()) {
                return chosen;
            }
            chosen.add(next.get());
            reached = next.get().lastLsn();
        }
    }

    /** Whether a data backup holds nothing that was committed at that moment or later. */
    private static boolean endsBefore(SetFacts set, Optional<Instant> moment) {
        Instant end = set.stop().serverTime().orElse(set.stop().stoppedAt());
        return moment.isEmpty() || end.isBefore(moment.get());
    }

    private static boolean beginsBefore(SetFacts log, Optional<Instant> moment) {
        Optional<Instant> since = log.start().log().map(LogSpan::since);
        return moment.isEmpty() || since.isEmpty() || !moment.get().isBefore(since.get());
    }

    private static void requireOneServer(List<SetFacts> sets) {
        List<String> servers = sets.stream()
                .map(set -> set.database() + " of server " + set.start().systemIdentifier() + ", timeline "
                        + set.start().timeline())
                .distinct()
                .toList();
        long histories = sets.stream()
                .flatMap(set -> Stream.of(
                        set.start().systemIdentifier() + "/" + set.start().timeline()))
                .distinct()
                .count();
        if (histories > 1) {
            throw BackupError.DATABASES_MIXED
                    .problem(String.join("; ", servers))
                    .asException();
        }
    }

    private static BakstripeException missing(Optional<Instant> toTime) {
        return BackupError.FULL_MISSING
                .problem(toTime.map(moment -> " that had ended before " + StopAt.shown(moment))
                        .orElse(""))
                .asException();
    }
}
