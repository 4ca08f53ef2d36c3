//! Why cells are refused.

/// What is wrong with cells that came from a peer, or with how they were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The cells end behind the last one there can be.
    #[error("cells end at {end}, and there are at most {max}")]
    TooMany {
        /// Where they would end.
        end: usize,
        /// The limit.
        max: usize,
    },
    /// The two sides gave different numbers of cells.
    #[error("{theirs} cells of theirs beside {ours} of ours")]
    Uneven {
        /// Cells of the peer.
        theirs: usize,
        /// Own cells.
        ours: usize,
    },
    /// The bytes end within a cell.
    #[error("cell {index} is cut off")]
    Truncated {
        /// The cell's index in the set's row of cells.
        index: usize,
    },
    /// A count is longer than it need be, or than 64 bits.
    #[error("count of cell {index} is not in its shortest form")]
    Count {
        /// The cell's index in the set's row of cells.
        index: usize,
    },
    /// No two sets have these cells: the peer made them up, or someone chose ids against a key known beforehand.
    #[error("cells contradict each other at cell {index}")]
    Contradiction {
        /// The cell's index in the set's row of cells.
        index: usize,
    },
}
