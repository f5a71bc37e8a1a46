package io.bakstripe.worker.stripe;

import akka.stream.Attributes;
import akka.stream.FlowShape;
import akka.stream.Inlet;
import akka.stream.Outlet;
import akka.stream.stage.AbstractInHandler;
import akka.stream.stage.AbstractOutHandler;
import akka.stream.stage.AsyncCallback;
import akka.stream.stage.GraphStage;
import akka.stream.stage.GraphStageLogic;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.stripe.Damage;
import io.bakstripe.worker.format.FrameEncoder;
import io.bakstripe.worker.format.FrameRun;
import io.bakstripe.worker.format.Layout;
import io.bakstripe.worker.journal.StripeEvent.Position;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import io.bakstripe.worker.seal.PartSealer;
import io.bakstripe.worker.spool.SpoolFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Joins frames to parts. Nothing is pulled before there is room for the part that it would go into, in memory or in the spool; a part is full at its target, and the last
 * one is padded to the least size of a part, because the trailer always follows in a part of its own.
 */
final class PartAssembler extends GraphStage<FlowShape<EncodedChunk, Part>> {
    /** What the frame that fills a part may stand out beyond its target: a chunk that cannot be compressed, and its overhead. */
    static final int SLACK_BYTES = ChunkSource.CHUNK_BYTES + (256 << 10);

    private static final int LEAST_PADDING = Layout.FRAME_HEADER_BYTES;

    private final Inlet<EncodedChunk> in = Inlet.create("PartAssembler.in");
    private final Outlet<Part> out = Outlet.create("PartAssembler.out");
    private final FlowShape<EncodedChunk, Part> shape = FlowShape.of(in, out);

    private final Beginning beginning;
    private final PartTargets targets;
    private final int maxParts;
    private final Problem tooMany;
    private final PartPermits permits;

    /**
     * What a stream of parts begins with.
     *
     * @param opening bytes before the first frame; may be empty
     * @param number of the first part
     * @param sealer that goes on behind the part before, for this stream alone; empty where nothing is sealed
     */
    @SuppressWarnings("ArrayRecordComponent") // Made once, read once.
    record Beginning(byte[] opening, int number, Position from, Optional<PartSealer> sealer) {}

    /**
     * @param maxParts the last number a part may have
     * @param tooMany what the stream fails with after that
     */
    PartAssembler(Beginning beginning, PartTargets targets, int maxParts, Problem tooMany, PartPermits permits) {
        this.beginning = beginning;
        this.targets = targets;
        this.maxParts = maxParts;
        this.tooMany = tooMany;
        this.permits = permits;
    }

    @Override
    public FlowShape<EncodedChunk, Part> shape() {
        return shape;
    }

    @Override
    public GraphStageLogic createLogic(Attributes attributes) {
        return new Logic();
    }

    private final class Logic extends GraphStageLogic {
        private List<ByteBuffer> body = new ArrayList<>();
        private final CRC32C crc = new CRC32C();
        private final CRC32C sealedCrc = new CRC32C();
        private long sealedBytes;
        private String carry = "";
        private boolean ended;
        private long storedBytes;
        private long plainBytes;
        private long plainBefore;
        private Damage damage = Damage.none();
        private List<FrameRun> manifest = new ArrayList<>();
        private int number = beginning.number();
        private int target = targets.bytes(number, 0, 0, 0);
        private Position from = beginning.from();
        private Position to = beginning.from();
        private boolean waiting;
        private boolean finished;
        private boolean writing;
        private @Nullable PartRoom room;
        private @Nullable AsyncCallback<PartRoom> granted;
        private @Nullable AsyncCallback<Void> written;
        private @Nullable AsyncCallback<Throwable> refused;

        Logic() {
            super(shape);
            setHandler(in, new AbstractInHandler() {
                @Override
                public void onPush() {
                    EncodedChunk chunk = grab(in);
                    note(chunk);
                    add(chunk.frame());
                    plainBytes += chunk.plainBytes();
                    damage = damage.and(chunk.damage());
                    to = chunk.to();
                    advance();
                }

                @Override
                public void onUpstreamFinish() {
                    finished = true;
                    advance();
                }
            });
            setHandler(out, new AbstractOutHandler() {
                @Override
                public void onPull() {
                    advance();
                }
            });
        }

        @Override
        public void preStart() {
            granted = createAsyncCallback(this::onGranted);
            written = createAsyncCallback(nothing -> {
                writing = false;
                advance();
            });
            refused = createAsyncCallback(this::failStage);
            begin();
            if (beginning.opening().length > 0) {
                add(beginning.opening());
            }
        }

        private void onGranted(PartRoom fresh) {
            waiting = false;
            room = fresh;
            advance();
        }

        private void advance() {
            if (writing) {
                return;
            }
            if (finished && storedBytes == 0) {
                completeStage();
            } else if (room == null) {
                acquire();
            } else if (room.file().isPresent() && !body.isEmpty()) {
                write(room.file().get());
            } else if (ended && isAvailable(out)) {
                emit(room);
                if (finished) {
                    completeStage();
                }
            } else if (!ended && (finished || storedBytes >= target)) {
                end();
                advance();
            } else if (!ended && isAvailable(out) && !hasBeenPulled(in) && !isClosed(in)) {
                pull(in);
            }
        }

        /** What has come since the last time goes to the file before anything else happens, so that it is not held in memory as well. */
        private void write(SpoolFile file) {
            AsyncCallback<Void> onWritten = written;
            AsyncCallback<Throwable> onRefusal = refused;
            if (onWritten == null || onRefusal == null) {
                return;
            }
            writing = true;
            List<ByteBuffer> bytes = body;
            body = new ArrayList<>();
            file.append(bytes).whenComplete((nothing, failure) -> {
                if (failure == null) {
                    onWritten.invoke(nothing);
                } else {
                    onRefusal.invoke(failure);
                }
            });
        }

        private void acquire() {
            AsyncCallback<PartRoom> onGrant = granted;
            AsyncCallback<Throwable> onRefusal = refused;
            if (waiting || onGrant == null || onRefusal == null) {
                return;
            }
            if (number > maxParts) {
                failStage(tooMany.asException());
                return;
            }
            waiting = true;
            permits.room(target).whenComplete((fresh, failure) -> {
                if (failure == null) {
                    onGrant.invoke(fresh);
                } else {
                    onRefusal.invoke(failure);
                }
            });
        }

        private void note(EncodedChunk chunk) {
            FrameRun frame = new FrameRun(storedBytes, chunk.frame().length);
            int last = manifest.size() - 1;
            if (chunk.manifest() && last >= 0 && manifest.get(last).touches(frame)) {
                manifest.set(last, manifest.get(last).with(frame));
            } else if (chunk.manifest()) {
                manifest.add(frame);
            }
        }

        private void begin() {
            beginning.sealer().ifPresent(sealer -> sealer.begin(number, false));
        }

        private void add(byte[] bytes) {
            crc.update(bytes);
            storedBytes += bytes.length;
            hold(beginning.sealer().map(sealer -> sealer.add(bytes)).orElse(bytes));
        }

        /** Takes bytes as the store gets them. */
        private void hold(byte[] bytes) {
            if (bytes.length > 0) {
                body.add(ByteBuffer.wrap(bytes));
            }
            if (beginning.sealer().isPresent()) {
                sealedCrc.update(bytes);
                sealedBytes += bytes.length;
            }
        }

        private void end() {
            if (finished) {
                pad();
            }
            beginning.sealer().map(PartSealer::end).ifPresent(tail -> {
                hold(tail.bytes());
                carry = tail.carry();
            });
            ended = true;
        }

        private Optional<Sealed> sealed() {
            return beginning.sealer().map(any -> new Sealed(sealedBytes, (int) sealedCrc.getValue(), carry));
        }

        private void pad() {
            long missing = Layout.MIN_PART_BYTES - storedBytes;
            if (missing > 0) {
                add(FrameEncoder.padding((int) Math.max(LEAST_PADDING, missing)));
            }
        }

        private void emit(PartRoom held) {
            push(
                    out,
                    new Part(
                            number,
                            body,
                            held.file().map(SpoolFile::path),
                            storedBytes,
                            plainBytes,
                            (int) crc.getValue(),
                            from,
                            to,
                            damage,
                            manifest,
                            sealed(),
                            held.permit()));
            manifest = new ArrayList<>();
            body = new ArrayList<>();
            crc.reset();
            sealedCrc.reset();
            sealedBytes = 0;
            ended = false;
            number++;
            plainBefore += plainBytes;
            target = targets.bytes(number, plainBefore, plainBytes, storedBytes);
            storedBytes = 0;
            plainBytes = 0;
            damage = Damage.none();
            from = to;
            room = null;
            begin();
        }
    }
}
