package io.bakstripe.node.decrypt;

import io.bakstripe.node.offline.Places.Found;
import io.bakstripe.node.offline.Waiting;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.BakstripeException;
import io.bakstripe.protocol.name.KeyArn;
import io.bakstripe.worker.format.Footer;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.format.Mode;
import io.bakstripe.worker.format.Preamble;
import io.bakstripe.worker.format.StripeHeader;
import io.bakstripe.worker.restore.FileInspection;
import io.bakstripe.worker.restore.FoundSet.FoundStripe;
import io.bakstripe.worker.restore.RangeSource;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.SealFacts;
import io.bakstripe.worker.store.ObjectStore.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Writes encrypted files as they would be without encryption: every frame, offset and checksum as it was, and the mode 0 in preamble and footer, so that they are files of their own that any reader of
 * the format takes. Every checksum is checked on what is written; the files appear under their names once all of them are whole. Blocks.
 */
final class Decryption {
    private final Optional<KeyArn> key;
    private final Progress progress;

    /** @param key that opens all files; empty: the one that each names */
    Decryption(Optional<KeyArn> key, Progress progress) {
        this.key = key;
        this.progress = progress;
    }

    /** Is told what is done. */
    interface Progress {
        /** A file is begun. */
        void begins(String name, long bytes);

        /** So many more bytes of it are written. */
        void written(long bytes);
    }

    /**
     * A file that was written.
     *
     * @param from as it was named
     * @param mode that it was encrypted in
     */
    record Decrypted(String from, Path file, long bytes, Mode mode, StripeHeader header) {}

    /**
     * Decrypts all of them or none. Fails with {@code OUTPUT_TAKEN} and {@code NOTHING_TO_DECRYPT} before anything is written, as {@link OpenedFiles} and {@link FileInspection} do, and as the disk does; then the
     * directory is as it was.
     *
     * @param into a directory; made where there is none
     */
    List<Decrypted> run(List<Found> files, Path into) throws IOException {
        List<SealFacts> facts = new ArrayList<>();
        for (Found file : files) {
            facts.add(encrypted(file));
        }
        try (Outputs outputs = Outputs.in(into, files.stream().map(Found::name).toList())) {
            List<Decrypted> done = new ArrayList<>();
            for (int index = 0; index < files.size(); index++) {
                Found file = files.get(index);
                try {
                    done.add(decrypt(file, facts.get(index), outputs, index));
                } catch (BakstripeException refused) {
                    throw file.shown(refused.problem()).asException(refused);
                }
            }
            outputs.publish();
            return List.copyOf(done);
        }
    }

    private static SealFacts encrypted(Found file) {
        try {
            SealFacts facts = file.facts();
            if (facts.mode() == Mode.PLAIN) {
                throw BackupError.NOTHING_TO_DECRYPT.problem(file.name()).asException();
            }
            return facts;
        } catch (BakstripeException refused) {
            throw file.shown(refused.problem()).asException(refused);
        }
    }

    private Decrypted decrypt(Found file, SealFacts facts, Outputs outputs, int index) throws IOException {
        try (OpenedFiles opened = file.open(facts, key);
                FileChannel channel = outputs.begin(index)) {
            StoredObject plain = Waiting.on(() -> opened.head(file.object().file()))
                    .filter(now -> now.etag().equals(file.object().etag()))
                    .orElseThrow(() -> BackupError.FILE_CHANGED
                            .problem(file.object().file())
                            .asException());
            FoundStripe stripe = new FileInspection(opened::read).ends(plain);
            progress.begins(file.name(), plain.size());
            RangeSource written = (object, offset, length) -> opened.read(object, offset, length)
                    .thenApply(bytes -> {
                        write(channel, offset, bytes);
                        progress.written(bytes.remaining());
                        return bytes;
                    });
            new FileInspection(written).contents(stripe, entry -> {});
            end(opened, plain, channel);
            channel.force(true);
            requireSame(stripe, plain, channel);
            return new Decrypted(file.name(), outputs.target(index), plain.size(), facts.mode(), stripe.header());
        }
    }

    private static void write(FileChannel channel, long offset, ByteBuffer bytes) {
        ByteBuffer left = bytes.duplicate();
        try {
            for (long at = offset; left.hasRemaining(); ) {
                at += channel.write(left, at);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** What stands behind the parts; then preamble and footer, which say the mode. */
    private static void end(OpenedFiles opened, StoredObject plain, FileChannel channel) {
        ByteBuffer begin = Waiting.on(() -> opened.read(plain, 0, Layout.PREAMBLE_BYTES));
        long footerAt = plain.size() - Layout.FOOTER_BYTES;
        ByteBuffer end = Waiting.on(() -> opened.read(plain, footerAt, Layout.FOOTER_BYTES));
        Preamble preamble = Preamble.read(plain.file(), begin);
        Footer footer = Footer.read(plain.file(), plain.size(), end);
        ByteBuffer trailer = Waiting.on(() -> opened.read(plain, footer.trailerOffset(), footer.trailerBytes()));
        write(channel, footer.trailerOffset(), trailer);
        // The checksum of part 1 stays right: over bytes that end with their own CRC32C, as a preamble does, it is the
        // same whatever they say.
        byte[] first = FrameEncoder.preamble(
                new Preamble(Mode.PLAIN, preamble.setId(), preamble.family(), preamble.families()));
        byte[] last = FrameEncoder.footer(new Footer(
                Mode.PLAIN,
                footer.setId(),
                footer.family(),
                footer.families(),
                footer.trailerOffset(),
                footer.trailerBytes()));
        write(channel, 0, ByteBuffer.wrap(first));
        write(channel, footerAt, ByteBuffer.wrap(last));
    }

    /** What was changed for the mode, and the trailer behind the parts, are read once more, from the disk. */
    private static void requireSame(FoundStripe stripe, StoredObject plain, FileChannel channel) {
        FoundStripe now = new FileInspection((object, offset, length) -> read(channel, offset, length)).ends(plain);
        if (now.mode() != Mode.PLAIN
                || !now.header().equals(stripe.header())
                || !now.trailer().equals(stripe.trailer())) {
            throw BackupError.FILE_CHANGED.problem(plain.file()).asException();
        }
    }

    private static CompletionStage<ByteBuffer> read(FileChannel channel, long offset, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new IOException("a file became shorter while it was written");
                }
            }
            return CompletableFuture.completedFuture(bytes.flip());
        } catch (IOException failed) {
            return CompletableFuture.failedFuture(new UncheckedIOException(failed));
        }
    }
}
