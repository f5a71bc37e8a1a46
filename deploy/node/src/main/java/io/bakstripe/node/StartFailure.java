package io.bakstripe.node;

import io.bakstripe.protocol.name.InstanceName;
import java.io.IOException;

/** A node cannot start, for a reason that whoever starts it can do something about: what is in the way, and what to do. */
final class StartFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final String hint;

    StartFailure(String message, String hint, Throwable cause) {
        super(message, cause);
        this.hint = hint;
    }

    private StartFailure(String message, String hint) {
        super(message);
        this.hint = hint;
    }

    /** The API's address cannot be listened on. */
    static StartFailure apiAddress(String host, int port, IOException cause) {
        return new StartFailure(
                "the API cannot listen on " + host + ":" + port + ": " + cause.getMessage(),
                "Choose another port with --http-port (or bakstripe.api.port), 0 for a free one, and give it to the other"
                        + " commands with --url; or end what listens there.",
                cause);
    }

    /** Another process holds the data folder. */
    static StartFailure folderInUse(Object folder) {
        return new StartFailure(
                "another node runs on the data folder " + folder,
                "Stop that one, or choose another folder with --data.");
    }

    /** The data folder cannot be made or written. */
    static StartFailure folderUnusable(Object folder, IOException cause) {
        return new StartFailure(
                "the data folder " + folder + " cannot be used: "
                        + cause.getClass().getSimpleName().replaceFirst("Exception$", "") + " " + cause.getMessage(),
                "Choose another folder with --data, or let this user write there.",
                cause);
    }

    /**
     * The cluster knows an instance by a higher revision.
     *
     * @param held the revision that holds
     * @param own the one of this node's configuration
     */
    static StartFailure lowerRevision(InstanceName instance, long held, long own) {
        return new StartFailure(
                "a higher revision of bakstripe.instances holds in this cluster: " + held + " for instance '" + instance
                        + "', but " + own + " is that of this node's configuration",
                "Start with the configuration that has revision " + held + " (--config FILE), or, where this one is to"
                        + " hold from now on, set bakstripe.instances.revision to " + (held + 1) + " or more.");
    }

    /** What to do. */
    String hint() {
        return hint;
    }
}
