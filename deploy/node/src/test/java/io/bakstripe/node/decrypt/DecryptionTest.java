package io.bakstripe.node.decrypt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.api.cli.BakstripeCli;
import io.bakstripe.node.decrypt.Decryption.Decrypted;
import io.bakstripe.node.inspect.InspectCommand;
import io.bakstripe.node.offline.Places;
import io.bakstripe.node.offline.Places.Beside;
import io.bakstripe.node.offline.Places.Found;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.BackupSetId;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.protocol.name.S3Arn;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.SampleStripe;
import io.bakstripe.worker.key.LocalKeys;
import io.bakstripe.worker.restore.FoundSet;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.RestoreSettings;
import io.bakstripe.worker.restore.StoreSetFinder;
import io.bakstripe.worker.seal.KeyObject;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.seal.SealedFile;
import io.bakstripe.worker.store.MemoryObjectStore;
import io.bakstripe.worker.store.ObjectReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Encrypted files of both modes, from a store and from this host, become plain ones, all or none. */
final class DecryptionTest {
    private static final RestoreSettings SETTINGS =
            RestoreSettings.from(ConfigFactory.load().getConfig("bakstripe.worker"));
    private static final BackupSetId SET = SampleStripe.SET;

    @TempDir
    Path temp;

    private final EncryptedSamples samples = new EncryptedSamples();
    private final LocalKeys keys = samples.keys;
    private final MemoryObjectStore store = new MemoryObjectStore().withBucket("bucket", "us-east-1");
    private final StringWriter out = new StringWriter();

    private static S3Arn arn(String key) {
        return new S3Arn("bucket", key);
    }

    private final class InMemory implements Places.Services {
        @Override
        public ObjectReader store() {
            return store;
        }

        @Override
        public OpenedFiles files(ObjectReader reader, Optional<KeyArn> key) {
            KeyChoice choice = key.isPresent() ? new KeyChoice.Named(key) : new KeyChoice.AsTheFileSays();
            return new OpenedFiles(reader, keys, choice, Runnable::run);
        }

        @Override
        public RestoreSettings restore() {
            return SETTINGS;
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }

    private List<Decrypted> decrypt(Optional<KeyArn> key, Beside beside, String... names) throws IOException {
        try (Places places = new Places(InMemory::new, beside)) {
            List<Found> found = new ArrayList<>();
            for (String name : names) {
                found.addAll(places.find(name));
            }
            return new Decryption(key, new Silent()).run(found, target());
        }
    }

    private List<Decrypted> decrypt(String... names) throws IOException {
        return decrypt(Optional.empty(), Beside.NOTHING, names);
    }

    private BackupError refusal(Optional<KeyArn> key, Beside beside, String... names) {
        return catchThrowableOfType(BakstripeException.class, () -> decrypt(key, beside, names))
                .problem()
                .error();
    }

    private BackupError refusal(String... names) {
        return refusal(Optional.empty(), Beside.NOTHING, names);
    }

    private static final class Silent implements Decryption.Progress {
        @Override
        public void begins(String name, long bytes) {
            // Nobody looks.
        }

        @Override
        public void written(long bytes) {
            // Nobody looks.
        }
    }

    private Path target() {
        return temp.resolve("new/to");
    }

    private List<String> written() throws IOException {
        if (!Files.exists(target())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(target())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private int inspect(String... arguments) {
        return run(new InspectCommand(), arguments);
    }

    private int run(Callable<Integer> command, String... arguments) {
        CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(out));
        return BakstripeCli.withShortErrors(line).execute(arguments);
    }

    /** Everything but the mode, and the checksums of preamble and footer, is as it was. */
    private void requirePlain(Path file, byte[] plain) throws IOException {
        byte[] now = Files.readAllBytes(file);
        assertThat(now).hasSameSizeAs(plain);
        int footerAt = plain.length - Layout.FOOTER_BYTES;
        assertThat(Arrays.equals(now, 64, footerAt, plain, 64, footerAt)).isTrue();
        assertThat(now[10]).as("mode in the preamble").isZero();
        assertThat(now[footerAt + 10]).as("mode in the footer").isZero();
    }

    @Test
    void aSetInTheAuthenticatedModeBecomesAPlainOneThatVerifies() throws IOException {
        SealedFile one = samples.authenticated(1, 2).into(store, arn("shop1.bak"));
        SealedFile two = samples.authenticated(2, 2).into(store, arn("shop2.bak"));

        List<Decrypted> done = decrypt("arn:aws:s3:::bucket/shop*");

        assertThat(done).extracting(Decrypted::mode).containsOnly(Mode.AUTHENTICATED);
        assertThat(written()).containsExactly("shop1.bak", "shop2.bak");
        requirePlain(target().resolve("shop1.bak"), one.plain());
        requirePlain(target().resolve("shop2.bak"), two.plain());
        assertThat(inspect(
                        "--verify",
                        target().resolve("shop1.bak").toString(),
                        target().resolve("shop2.bak").toString()))
                .as(out.toString())
                .isZero();
        assertThat(out.toString()).contains("whole: all 2 files are here").doesNotContain("encrypted");
        assertThat(Files.getPosixFilePermissions(target().resolve("shop1.bak"))).hasSize(2);
    }

    @Test
    void whatWasDecryptedIsASetThatRestoresTakeWithoutAKey() throws IOException {
        samples.authenticated(1, 2).into(store, arn("shop1.bak"));
        samples.authenticated(2, 2).into(store, arn("shop2.bak"));
        decrypt("arn:aws:s3:::bucket/shop*");
        for (String name : written()) {
            store.put(arn("again/" + name), Files.readAllBytes(target().resolve(name)), Map.of());
        }

        try (OpenedFiles files = new OpenedFiles(store, keys, new KeyChoice.Named(Optional.empty()), Runnable::run)) {
            FoundSet set = new StoreSetFinder(files, SETTINGS)
                    .find(arn("again/*"))
                    .toCompletableFuture()
                    .join();

            assertThat(set.header().setId()).isEqualTo(SET);
            assertThat(set.stripes()).extracting(FoundStripe::mode).containsExactly(Mode.PLAIN, Mode.PLAIN);
        }
    }

    @Test
    void aFileInEncryptionOnlyModeBecomesAPlainOneThatVerifies() throws Exception {
        EncryptedSamples.Cbc file = samples.encryptionOnly();
        store.put(arn("deep/shop.bak"), file.stored(), file.metadata());

        decrypt(Optional.of(LocalKeys.KEY), Beside.NOTHING, "arn:aws:s3:::bucket/deep/shop.bak");

        requirePlain(target().resolve("shop.bak"), file.plain());
        assertThat(inspect("--verify", target().resolve("shop.bak").toString()))
                .as(out.toString())
                .isZero();
    }

    @Test
    void filesOfThisHostOpenWithWhatWasSavedWithThem() throws Exception {
        SealedFile sealed = samples.authenticated(1, 1);
        Path strong = Files.write(temp.resolve("strong.bak"), sealed.stored());
        Path itsKeys = Files.write(
                temp.resolve("elsewhere.json"),
                KeyObject.empty().with(sealed.entry()).toBytes());
        EncryptedSamples.Cbc file = samples.encryptionOnly();
        Path weak = Files.write(temp.resolve("weak.bak"), file.stored());
        Path metadata = temp.resolve("metadata.json");
        new ObjectMapper().writeValue(metadata.toFile(), file.metadata());

        assertThat(refusal(strong.toString())).isEqualTo(BackupError.KEY_OBJECT_MISSING);
        decrypt(Optional.empty(), new Beside(Optional.empty(), Optional.of(itsKeys)), strong.toString());
        assertThat(refusal(weak.toString())).isEqualTo(BackupError.NOTHING_TO_DECRYPT);
        decrypt(Optional.empty(), new Beside(Optional.of(metadata), Optional.empty()), weak.toString());

        requirePlain(target().resolve("strong.bak"), sealed.plain());
        requirePlain(target().resolve("weak.bak"), file.plain());
    }

    @Test
    void theKeyObjectBesideAFileOfThisHostIsFoundAndNamedInTexts() throws IOException {
        SealedFile sealed = samples.authenticated(1, 1);
        Path file = Files.write(temp.resolve("shop.bak"), sealed.stored());
        Path keyObject = Files.writeString(temp.resolve("shop.bak.keys"), "{}");

        BakstripeException refused = catchThrowableOfType(BakstripeException.class, () -> decrypt(file.toString()));
        assertThat(refused.problem().error()).isEqualTo(BackupError.KEY_OBJECT_DAMAGED);
        assertThat(refused.problem().detail()).contains(keyObject.toString()).doesNotContain("arn:");

        Files.write(keyObject, KeyObject.empty().with(sealed.entry()).toBytes());
        decrypt(file.toString());
        requirePlain(target().resolve("shop.bak"), sealed.plain());
    }

    @Test
    void nothingIsLeftWhenOneFileOfSeveralIsNotGenuine() throws IOException {
        samples.authenticated(1, 2).into(store, arn("shop1.bak"));
        SealedFile two = samples.authenticated(2, 2).into(store, arn("shop2.bak"));
        byte[] changed = two.stored().clone();
        changed[two.starts().get(1) + 1000] ^= 1;
        store.put(arn("shop2.bak"), changed, Map.of());

        assertThat(refusal("arn:aws:s3:::bucket/shop*")).isEqualTo(BackupError.FILE_DAMAGED);

        assertThat(temp).isEmptyDirectory();
    }

    @Test
    void aDamagedFileInEncryptionOnlyModeIsFoundByItsChecksums() throws Exception {
        EncryptedSamples.Cbc file = samples.encryptionOnly();
        byte[] changed = file.stored().clone();
        changed[500_000] ^= 1;
        store.put(arn("shop.bak"), changed, file.metadata());
        Files.createDirectories(target());

        assertThat(refusal("arn:aws:s3:::bucket/shop.bak")).isEqualTo(BackupError.FILE_DAMAGED);

        assertThat(target()).isEmptyDirectory();
    }

    @Test
    void noFileIsOverwrittenAndNoTwoGetOneName() throws IOException {
        samples.authenticated(1, 2).into(store, arn("a/shop.bak"));
        samples.authenticated(2, 2).into(store, arn("b/shop.bak"));
        Files.createDirectories(target());

        assertThat(refusal("arn:aws:s3:::bucket/*.bak")).isEqualTo(BackupError.OUTPUT_TAKEN);
        assertThat(target()).isEmptyDirectory();

        Path there = Files.writeString(target().resolve("shop.bak"), "mine");
        assertThat(refusal("arn:aws:s3:::bucket/a/shop.bak")).isEqualTo(BackupError.OUTPUT_TAKEN);
        assertThat(there).hasContent("mine");
        assertThat(written()).containsExactly("shop.bak");
    }

    @Test
    void aFileThatAppearsMeanwhileStays() throws IOException {
        samples.authenticated(1, 2).into(store, arn("shop1.bak"));
        samples.authenticated(2, 2).into(store, arn("shop2.bak"));
        Path there = target().resolve("shop2.bak");
        Decryption.Progress meanwhile = new Decryption.Progress() {
            @Override
            public void begins(String name, long bytes) {
                try {
                    Files.writeString(there, "mine");
                } catch (IOException failed) {
                    throw new AssertionError(failed);
                }
            }

            @Override
            public void written(long bytes) {
                // Nobody looks.
            }
        };
        try (Places places = new Places(InMemory::new, Beside.NOTHING)) {
            List<Found> found = places.find("arn:aws:s3:::bucket/shop*");

            assertThat(catchThrowableOfType(
                                    BakstripeException.class,
                                    () -> new Decryption(Optional.empty(), meanwhile).run(found, target()))
                            .problem()
                            .error())
                    .isEqualTo(BackupError.OUTPUT_TAKEN);
        }

        assertThat(there).hasContent("mine");
        assertThat(written()).containsExactly("shop2.bak");
    }

    @Test
    void aPlainFileAWrongKeyAndAKeyThatIsRefusedLeaveNothing() throws IOException {
        store.put(arn("plain.bak"), samples.plain(new Preamble(Mode.PLAIN, SET, 1, 1)), Map.of());
        SealedFile sealed = samples.authenticated(1, 1).into(store, arn("shop.bak"));
        KeyArn third = KeyArn.parse(EncryptedSamples.OTHER.toString().replace("99999999", "77777777"));

        assertThat(refusal("arn:aws:s3:::bucket/plain.bak")).isEqualTo(BackupError.NOTHING_TO_DECRYPT);
        assertThat(refusal(Optional.of(third), Beside.NOTHING, "arn:aws:s3:::bucket/shop.bak"))
                .isEqualTo(BackupError.KEY_NOT_OF_FILE);
        keys.denied = LocalKeys.KEY;
        assertThat(refusal(Optional.of(LocalKeys.KEY), Beside.NOTHING, "arn:aws:s3:::bucket/shop.bak"))
                .isEqualTo(BackupError.KEY_NOT_USABLE);
        assertThat(target()).doesNotExist();

        // The other key of the file stands in.
        decrypt("arn:aws:s3:::bucket/shop.bak");
        requirePlain(target().resolve("shop.bak"), sealed.plain());
    }

    @Test
    void metadataThatNobodyPrintedAreRefused() throws Exception {
        Path file =
                Files.write(temp.resolve("weak.bak"), samples.encryptionOnly().stored());
        Path metadata = Files.writeString(temp.resolve("metadata.json"), "x-amz-iv: 1");
        Beside beside = new Beside(Optional.of(metadata), Optional.empty());

        assertThat(refusal(Optional.empty(), beside, file.toString())).isEqualTo(BackupError.METADATA_UNREADABLE);
        Files.writeString(metadata, "{\"x-amz-iv\": 1}");
        assertThat(refusal(Optional.empty(), beside, file.toString())).isEqualTo(BackupError.METADATA_UNREADABLE);
        Files.writeString(metadata, "{\"Metadata\": {\"x-amz-key-v2\": \"AAAA\"}}");
        assertThat(refusal(Optional.empty(), beside, file.toString())).isEqualTo(BackupError.ENVELOPE_DAMAGED);
    }

    @Test
    void theCommandSaysWithCodeAndHintWhyItFails() throws Exception {
        Path plain = Files.write(temp.resolve("plain.bak"), samples.plain(new Preamble(Mode.PLAIN, SET, 1, 1)));
        String to = target().toString();

        assertThat(run(new DecryptCommand(), plain.toString(), "--to", to)).isEqualTo(1);
        assertThat(out.toString()).contains("error BAK-6045: file " + plain, "hint: ", "--metadata");

        assertThat(run(new DecryptCommand(), temp.resolve("absent").toString(), "--to", to))
                .isEqualTo(1);
        assertThat(out.toString()).contains("there is no file");

        assertThat(run(new DecryptCommand(), "arn:aws:s3:::bucket/a", "--keys", "a.keys", "--to", to))
                .isEqualTo(2);
        assertThat(run(new DecryptCommand(), "one", "two", "--metadata", "json", "--to", to))
                .isEqualTo(2);
        assertThat(run(new DecryptCommand(), plain.toString())).isEqualTo(2);
        assertThat(target()).doesNotExist();
    }
}
