package io.bakstripe.worker.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadPaceTest {
    private static final int PIECE = 1 << 20;

    /** Time that passes only while somebody waits for it. */
    private static final class WaitedTime implements TimeMeter {
        private long nanos;

        @Override
        public long currentTimeNanos() {
            return nanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }

        private ReadPace pace(SourceLoad load) {
            return ReadPace.of(load, PIECE, this, waited -> nanos += waited);
        }
    }

    private final WaitedTime time = new WaitedTime();

    @Test
    void readersTogetherTakeWhatTheRateAllows() throws InterruptedException {
        ReadPace pace = time.pace(new SourceLoad(10 * PIECE, false));

        for (int piece = 0; piece < 101; piece++) {
            pace.take(PIECE);
        }

        assertThat(time.nanos).isBetween(TimeUnit.MILLISECONDS.toNanos(9_990), TimeUnit.MILLISECONDS.toNanos(10_010));
    }

    @Test
    void pieceMayBeLargerThanATenthOfASecond() throws InterruptedException {
        ReadPace pace = time.pace(new SourceLoad(PIECE, false));

        pace.take(PIECE);
        pace.take(PIECE);

        assertThat(time.nanos).isBetween(TimeUnit.MILLISECONDS.toNanos(990), TimeUnit.MILLISECONDS.toNanos(1_010));
    }

    @Test
    void withoutARateNobodyWaits() throws InterruptedException {
        ReadPace pace = time.pace(SourceLoad.UNLIMITED);

        for (int piece = 0; piece < 10_000; piece++) {
            pace.take(PIECE);
        }

        assertThat(time.nanos).isZero();
    }

    @Test
    void statementsOfASlowReaderAskForASecondsWorthAtMost() {
        assertThat(new SourceLoad(2 << 20, false).perStatement(32 << 20)).isEqualTo(2 << 20);
        assertThat(new SourceLoad(100 << 20, false).perStatement(32 << 20)).isEqualTo(32 << 20);
        assertThat(SourceLoad.UNLIMITED.perStatement(32 << 20)).isEqualTo(32 << 20);
    }
}
