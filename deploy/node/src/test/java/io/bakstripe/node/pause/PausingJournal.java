package io.bakstripe.node.pause;

import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.jdbc.journal.JdbcAsyncWriteJournal;
import akka.persistence.journal.Tagged;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import com.typesafe.config.Config;
import io.bakstripe.node.pause.PauseFolder.Ordered;
import io.bakstripe.node.pause.PauseFolder.Write;
import io.bakstripe.protocol.serialization.NamedEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * The journal of a node under test: the one that it always has, with a pause point before and behind every record. {@link PauseFolder} tells where
 * to stop.
 *
 * <p>While a write waits, later ones are still carried out, but nobody is told: the plugin confirms in the order in which it was asked. A node that is
 * killed then has records of which its actors know nothing, which is what a crash may leave.
 */
public final class PausingJournal extends JdbcAsyncWriteJournal {
    private static final Duration GLANCE = Duration.ofMillis(10);

    private final Serialization serialization;
    private final PauseFolder folder;
    private @Nullable String counted;
    private int seen;

    /** Called by Akka. */
    public PausingJournal(Config config) {
        super(config);
        this.serialization = SerializationExtension.get(system());
        this.folder = new PauseFolder(Path.of(System.getProperty(PauseFolder.PROPERTY)));
    }

    /** Runs on the journal's own thread; what it answers with completes elsewhere. */
    @Override
    public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> messages) {
        List<Write> writes = new ArrayList<>();
        for (AtomicWrite message : CollectionConverters.asJava(messages)) {
            List<String> events = names(message);
            if (!events.isEmpty()) {
                writes.add(new Write(message.persistenceId(), events));
            }
        }
        Optional<Ordered> due = folder.ordered().filter(ordered -> isDue(ordered, writes));
        if (due.isEmpty()) {
            return FutureConverters.asScala(written(messages, writes));
        }
        Ordered ordered = due.get();
        return FutureConverters.asScala(
                switch (ordered.pause().moment()) {
                    case BEFORE -> released(ordered).thenCompose(go -> written(messages, writes));
                    case AFTER ->
                        written(messages, writes)
                                .thenCompose(done -> released(ordered).thenApply(go -> done));
                    case REFUSED -> {
                        folder.reach(ordered);
                        yield CompletableFuture.failedFuture(new IOException("the journal refuses " + writes));
                    }
                });
    }

    private List<String> names(AtomicWrite write) {
        List<String> names = new ArrayList<>();
        for (PersistentRepr event : CollectionConverters.asJava(write.payload())) {
            Object payload = event.payload() instanceof Tagged tagged ? tagged.payload() : event.payload();
            if (serialization.findSerializerFor(payload) instanceof NamedEvents named) {
                names.add(named.manifest(payload));
            }
        }
        return names;
    }

    private boolean isDue(Ordered ordered, List<Write> writes) {
        if (!ordered.id().equals(counted)) {
            counted = ordered.id();
            seen = 0;
        }
        String wanted = ordered.pause().event();
        if (writes.stream().noneMatch(write -> write.events().contains(wanted))) {
            return false;
        }
        seen++;
        return seen == ordered.pause().occurrence();
    }

    private CompletionStage<Seq<Try<BoxedUnit>>> written(Seq<AtomicWrite> messages, List<Write> writes) {
        return FutureConverters.asJava(super.asyncWriteMessages(messages)).thenApply(done -> {
            writes.forEach(folder::note);
            return done;
        });
    }

    /** Says that the pause is reached and waits until it is not set any more. */
    private CompletionStage<Boolean> released(Ordered ordered) {
        folder.reach(ordered);
        CompletableFuture<Boolean> released = new CompletableFuture<>();
        look(() -> folder.ordered().filter(ordered::equals).isEmpty(), released);
        return released;
    }

    private void look(Supplier<Boolean> gone, CompletableFuture<Boolean> released) {
        if (gone.get()) {
            released.complete(true);
        } else {
            system().scheduler().scheduleOnce(GLANCE, () -> look(gone, released), ec());
        }
    }
}
