package io.bakstripe.coordinator.database;

import io.bakstripe.coordinator.Samples;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.Lsn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.procedure.BackupType;
import io.bakstripe.protocol.stripe.LogSpan;
import io.bakstripe.protocol.stripe.SetFacts;
import io.bakstripe.protocol.stripe.StartFacts;
import io.bakstripe.protocol.stripe.StopFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/**
 * Sets of two servers and of a copy of the first one, as random backups over some time have made them: chains with differentials, with gaps, over several full
 * backups. Positions and times are small numbers here; one position is a segment, one moment a second.
 */
final class Backups {
    /**
     * A set in plain numbers.
     *
     * @param base number of the full backup that a differential builds on, -1 for others
     * @param chain where the unbroken chain of a log begins
     * @param since of a log: the moment at which it begins
     * @param until the moment at which it ends
     */
    record Plain(
            int number,
            BackupType type,
            String server,
            String fork,
            int from,
            int to,
            int base,
            int chain,
            int since,
            int until) {}

    final List<Plain> sets = new ArrayList<>();
    private final Random random;

    Backups(Random random) {
        this.random = random;
        make("7001", "fork-a", 10);
        make("7001", "fork-b", 10);
        make("7002", "fork-c", 10);
    }

    private void make(String server, String fork, int count) {
        int position = 1;
        int time = 100;
        int base = -1;
        int chain = -1;
        int logged = -1;
        int fence = 0;
        for (int i = 0; i < count; i++) {
            // The server goes on between backups.
            int begin = position + random.nextInt(3);
            time += 1 + random.nextInt(20);
            int kind = base < 0 ? 0 : random.nextInt(6);
            int number = sets.size();
            if (kind == 0 || kind == 1 && random.nextBoolean()) {
                position = begin + 1 + random.nextInt(2);
                sets.add(new Plain(number, BackupType.FULL, server, fork, begin, position, -1, -1, 0, time));
                base = number;
                if (chain < 0) {
                    chain = position;
                    logged = position;
                    fence = time;
                }
            } else if (kind == 1) {
                position = begin + 1;
                sets.add(new Plain(number, BackupType.DIFFERENTIAL, server, fork, begin, position, base, -1, 0, time));
            } else if (kind == 2) {
                // The slot is lost: the next full backup begins another chain.
                position = begin + 2;
                chain = -1;
                base = -1;
            } else {
                position = begin + 1;
                sets.add(new Plain(number, BackupType.LOG, server, fork, logged, position, -1, chain, fence, time));
                logged = position;
                fence = time;
            }
        }
    }

    Plain any() {
        return sets.get(random.nextInt(sets.size()));
    }

    /** The set as its files tell of it. */
    static SetFacts facts(Plain set) {
        StartFacts start = new StartFacts(
                "postgresql",
                "18",
                set.server(),
                1,
                lsn(set.from()),
                16 << 20,
                "UTC",
                "postgres",
                Optional.of(set.fork()),
                moment(set.until()),
                set.type() == BackupType.LOG
                        ? Optional.of(new LogSpan(
                                lsn(set.chain()), moment(set.since()), moment(set.until()), moment(set.until())))
                        : Optional.empty(),
                Map.of());
        StopFacts stop = new StopFacts(
                lsn(set.to()),
                moment(set.until()),
                10,
                100,
                Optional.empty(),
                Optional.of(moment(set.until())),
                Optional.empty());
        return new SetFacts(
                id(set.number()),
                set.type(),
                Samples.SHOP,
                start,
                stop,
                set.base() < 0 ? Optional.empty() : Optional.of(id(set.base())),
                Optional.empty(),
                "full",
                List.of(),
                List.of(S3Arn.parse("arn:aws:s3:::bucket/" + set.number())));
    }

    static BackupSetId id(int number) {
        return new BackupSetId(new UUID(9, number));
    }

    static Lsn lsn(int position) {
        return new Lsn((long) position << 24);
    }

    static Instant moment(int second) {
        return Samples.NOON.plusSeconds(second);
    }
}
