package io.bakstripe.worker.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.stripe.StopFacts;
import io.bakstripe.worker.format.Codec;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.seal.SealedFile;
import io.bakstripe.worker.store.MemoryObjectStore;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class StoreSetFinderTest {
    static final RestoreSettings SETTINGS =
            RestoreSettings.from(ConfigFactory.load().getConfig("bakstripe.worker"));

    private final MemoryObjectStore store = SampleSet.emptyStore();
    private final SampleSet set = new SampleSet().into(store);

    @Test
    void findsAWholeSetByItsPatternInOrderOfFamilies() {
        store.put(
                SampleSet.arn("orders-0-of-2.bak"),
                store.bytes(SampleSet.arn(SampleSet.key(2))).orElseThrow(),
                Map.of());
        store.remove(SampleSet.arn(SampleSet.key(2)));

        FoundSet found = find("orders-*.bak");

        assertThat(found.stripes())
                .extracting(stripe -> stripe.object().file().key())
                .containsExactly(SampleSet.key(1), "orders-0-of-2.bak");
        assertThat(found.header().setId()).isEqualTo(set.setId);
        assertThat(found.stop().files()).isEqualTo(20);
    }

    @Test
    void takesAnExistingKeyLiterallyFirst() {
        store.put(
                SampleSet.arn("orders-*.bak"),
                store.bytes(SampleSet.arn(SampleSet.key(1))).orElseThrow(),
                Map.of());

        assertRefused("orders-*.bak", BackupError.STRIPE_MISSING, "has 2 media families but only 1 are provided");
    }

    @Test
    void countsOnlyFilesThatMatchTheWholePattern() {
        store.put(SampleSet.arn("orders-1-of-2.bak.keys"), new byte[10], Map.of());
        store.put(SampleSet.arn("orders-9.txt"), new byte[10], Map.of());

        assertThat(find("orders-*.bak").stripes()).hasSize(2);
    }

    @Test
    void ignoresCompanionObjectsOnly() {
        store.put(SampleSet.arn("orders-1-of-2.bak.keys"), new byte[10], Map.of());
        assertThat(find("orders-*").stripes()).hasSize(2);

        store.put(SampleSet.arn("orders-note.txt"), new byte[10], Map.of());
        assertRefused("orders-*", BackupError.NOT_A_BACKUP, "orders-note.txt");
    }

    @Test
    void aKeyObjectIsNoBackupAlsoWhereItIsNamedItself() {
        store.put(SampleSet.arn("orders-1-of-2.bak.keys"), new byte[1000], Map.of());

        assertRefused("orders-1-of-2.bak.keys", BackupError.NOT_A_BACKUP, "orders-1-of-2.bak.keys");
        assertRefused("orders-*.keys", BackupError.NOT_A_BACKUP, "orders-*.keys");
    }

    /** Whoever can write to the bucket, and has no key, could put such a file there. */
    @Test
    void aFileThatIsNotAuthenticatedIsNoPartOfASetThatIs() {
        LocalKeys keys = new LocalKeys();
        StopFacts stop = SampleStripe.stop(0, 0);
        for (int family = 1; family <= 2; family++) {
            SealedFile.of(
                            new SampleStripe(SealedFile.preamble(SampleStripe.SET, family, 2), Codec.NONE).finish(stop),
                            keys,
                            LocalKeys.KEY)
                    .into(store, SampleSet.arn(SampleSet.key(family)));
        }
        StoreSetFinder finder = new StoreSetFinder(
                new OpenedFiles(store, keys, new KeyChoice.AsTheFileSays(), Runnable::run), SETTINGS);
        assertThat(finder.find(SampleSet.arn("orders-*"))
                        .toCompletableFuture()
                        .join()
                        .stripes())
                .hasSize(2);

        store.put(
                SampleSet.arn(SampleSet.key(2)),
                new SampleStripe(SampleStripe.SET, 2, 2, Codec.NONE).finish(stop),
                Map.of());
        assertThat(Problem.of(catchThrowable(() -> finder.find(SampleSet.arn("orders-*"))
                                .toCompletableFuture()
                                .join()))
                        .error())
                .isEqualTo(BackupError.STRIPE_FOREIGN);
    }

    @Test
    void saysWhenNothingMatches() {
        assertRefused("orders-none.bak", BackupError.FILE_UNKNOWN, "orders-none.bak");
        assertRefused("invoices-*", BackupError.FILE_UNKNOWN, "invoices-*");
    }

    @Test
    void saysHowManyFilesMatchWhenTheyAreTooMany() {
        for (int more = 0; more < 9; more++) {
            store.put(SampleSet.arn("orders-copy" + more + ".bak"), new byte[10], Map.of());
        }

        Problem problem = refusal("orders-*");

        assertThat(problem.error()).isEqualTo(BackupError.TOO_MANY_FILES);
        assertThat(problem.hint()).contains("11 match now");
    }

    @Test
    void namesAMissingStripe() {
        store.remove(SampleSet.arn(SampleSet.key(2)));

        assertRefused("orders-*", BackupError.STRIPE_MISSING, "has 2 media families but only 1 are provided");
    }

    @Test
    void namesADoubledStripe() {
        store.put(
                SampleSet.arn("orders-2-again.bak"),
                store.bytes(SampleSet.arn(SampleSet.key(2))).orElseThrow(),
                Map.of());

        assertRefused("orders-*", BackupError.STRIPE_DOUBLED, "media family 2");
    }

    @Test
    void namesAForeignStripe() {
        SampleSet other = new SampleSet();
        other.setId = new BackupSetId(UUID.fromString("00000000-0000-0000-0000-000000000001"));
        store.put(SampleSet.arn(SampleSet.key(2)), other.stripe(2), Map.of());

        assertRefused("orders-*", BackupError.STRIPE_FOREIGN, SampleSet.key(2));
    }

    @Test
    void namesATruncatedStripe() {
        byte[] whole = store.bytes(SampleSet.arn(SampleSet.key(1))).orElseThrow();
        store.put(SampleSet.arn(SampleSet.key(1)), Arrays.copyOf(whole, whole.length / 2), Map.of());

        assertRefused("orders-*", BackupError.FILE_TRUNCATED, SampleSet.key(1));
    }

    @Test
    void namesAStripeWhoseTrailerIsDamaged() {
        byte[] bytes = store.bytes(SampleSet.arn(SampleSet.key(1))).orElseThrow();
        bytes[bytes.length - 80] ^= 1;
        store.put(SampleSet.arn(SampleSet.key(1)), bytes, Map.of());

        assertRefused("orders-*", BackupError.FILE_DAMAGED, "trailer");
    }

    @Test
    void readsAgainWhereHeaderOrTrailerAreLong() {
        StripeHeader plain = SampleStripe.header(SampleStripe.SET, 1, 1);
        List<String> flags = IntStream.range(0, 5000)
                .mapToObj(flag -> "A_LATER_FLAG_" + flag)
                .toList();
        StripeHeader longer = new StripeHeader(
                plain.setId(),
                1,
                1,
                plain.type(),
                plain.instance(),
                plain.database(),
                plain.edition(),
                plain.recoveryModel(),
                plain.start(),
                plain.baseSet(),
                plain.baseLsn(),
                flags,
                plain.writer(),
                plain.createdAt());
        SampleStripe stripe = new SampleStripe(SampleStripe.SET, 1, 1, Codec.NONE, longer).endPart();
        for (int part = 2; part <= 3000; part++) {
            stripe.frame(FrameEncoder.padding(32)).endPart();
        }
        store.put(SampleSet.arn("long.bak"), stripe.finish(SampleStripe.stop(0, 0)), Map.of());

        FoundSet found = find("long.bak");

        assertThat(found.header().flags()).isEqualTo(flags);
        assertThat(found.stripes().get(0).trailer().parts()).hasSize(3000);
        assertThat(store.reads()).hasSize(4);
    }

    private FoundSet find(String key) {
        return new StoreSetFinder(store, SETTINGS)
                .find(SampleSet.arn(key))
                .toCompletableFuture()
                .join();
    }

    private Problem refusal(String key) {
        try {
            find(key);
        } catch (RuntimeException refused) {
            return Problem.of(refused);
        }
        throw new AssertionError("found a set at " + key);
    }

    private void assertRefused(String key, BackupError error, String text) {
        Problem problem = refusal(key);
        assertThat(problem.error()).isEqualTo(error);
        assertThat(problem.detail()).contains(text);
    }

    @Test
    void refusesSettingsOutOfRange() {
        assertThatThrownBy(() -> RestoreSettings.from(ConfigFactory.parseString("restore.range-bytes = 1000")
                        .withFallback(ConfigFactory.load().getConfig("bakstripe.worker"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("range-bytes");
    }
}
