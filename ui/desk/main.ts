import '../shared/fonts';
import '../shared/tokens.css';
