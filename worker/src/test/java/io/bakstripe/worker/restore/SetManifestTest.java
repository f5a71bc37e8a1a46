package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.protocol.stripe.ExtentKind;
import io.bakstripe.worker.engine.Piece;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.ManifestPage;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.store.MemoryObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SetManifestTest {
    private static final BackupSetId SET = new BackupSetId(new UUID(7, 8));
    private static final S3Arn FIRST = new S3Arn("backups", "one.bak");
    private static final S3Arn SECOND = new S3Arn("backups", "two.bak");
    private static final int PAGES = 60;

    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("backups", "us-east-1");
    private final SetManifest manifest = new SetManifest(store, Runnable::run);

    private static List<ManifestPage.Entry> page(int number) {
        return IntStream.range(0, 2000)
                .mapToObj(i -> new ManifestPage.Entry(
                        i == 0, "base/" + new UUID(number * 31L, i * 0x9E3779B97F4A7C15L), i == 0 ? 0 : 8192L * i))
                .toList();
    }

    private void fill(boolean located, int claimed) {
        for (int family = 1; family <= 2; family++) {
            SampleStripe stripe = new SampleStripe(SET, family, 2, Codec.NONE);
            stripe.chunk(List.of(new Piece(ExtentKind.FILE, "base/1", 0, new byte[5000], Piece.State.WHOLE)));
            if (family == 2) {
                for (int i = 0; i < PAGES; i++) {
                    stripe.manifest(ManifestPage.encodeEntries(page(i)));
                    if (i % 17 == 3) {
                        stripe.endPart();
                        stripe.chunk(List.of());
                    }
                }
            }
            byte[] file = located
                    ? stripe.finishLocated(SampleStripe.stop(claimed, 1))
                    : stripe.finish(SampleStripe.stop(claimed, 1));
            store.put(family == 1 ? FIRST : SECOND, file, Map.of());
        }
    }

    private FoundSet find(BackupSetId set) {
        return manifest.find(set, List.of(FIRST, SECOND)).toCompletableFuture().join();
    }

    private static Problem refusal(Runnable asked) {
        List<Problem> problems = new ArrayList<>();
        assertThatThrownBy(asked::run)
                .satisfies(thrown -> problems.add(Problem.of(Objects.requireNonNull(thrown.getCause()))));
        return problems.get(0);
    }

    @Test
    void givesEveryEntryAndReadsLittleMore() {
        fill(true, PAGES * 2000);
        List<ManifestPage.Entry> entries = new ArrayList<>();
        FoundSet set = find(SET);

        manifest.forEach(set, entries::add).toCompletableFuture().join();

        assertThat(SetManifest.located(set)).isTrue();
        assertThat(entries)
                .containsExactlyElementsOf(IntStream.range(0, PAGES)
                        .boxed()
                        .flatMap(number -> page(number).stream())
                        .toList());
        assertThat(set.stripes().get(1).trailer().manifestPages().orElseThrow())
                .hasSize(5)
                .anyMatch(run -> run.length() > SetManifest.RANGE_BYTES);
    }

    @Test
    void saysWhenASetDoesNotTellWhereItsManifestIs() {
        fill(false, 1);

        assertThat(SetManifest.located(find(SET))).isFalse();
    }

    @Test
    void refusesASetThatIsGoneReplacedOrNotWhole() {
        fill(true, PAGES * 2000);
        assertThat(refusal(() -> find(new BackupSetId(new UUID(1, 1)))).error()).isEqualTo(BackupError.FILE_CHANGED);
        assertThat(refusal(() -> manifest.find(SET, List.of(SECOND))
                                .toCompletableFuture()
                                .join())
                        .error())
                .isEqualTo(BackupError.STRIPE_MISSING);

        store.remove(SECOND);

        assertThat(refusal(() -> find(SET)).error()).isEqualTo(BackupError.FILE_UNKNOWN);
    }

    @Test
    void noticesThatEntriesAreMissing() {
        fill(true, PAGES * 2000 + 1);
        FoundSet set = find(SET);

        assertThat(refusal(() -> manifest.forEach(set, entry -> {})
                                .toCompletableFuture()
                                .join())
                        .error())
                .isEqualTo(BackupError.FILE_DAMAGED);
    }
}
